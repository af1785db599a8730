resource "aws_dynamodb_table" "pass_enabled" {
  name     = "t"
  hash_key = "k"
  dynamic "point_in_time_recovery" {
    for_each = [true]
    content {
      enabled = point_in_time_recovery.value
    }
  }
}

resource "aws_dynamodb_table" "fail_off" {
  name     = "t"
  hash_key = "k"
  point_in_time_recovery {
    enabled = false
  }
}

resource "aws_s3_bucket" "pass_versions" {
  bucket = "a"
}

resource "aws_s3_bucket_versioning" "a" {
  bucket = aws_s3_bucket.pass_versions.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "fail_suspended" {
  bucket = "b"
}

resource "aws_s3_bucket_versioning" "b" {
  bucket = aws_s3_bucket.fail_suspended.id
  versioning_configuration {
    status = "Suspended"
  }
}
