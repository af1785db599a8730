resource "aws_s3_bucket" "pass_configured" {
  bucket = "a"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "a" {
  bucket = aws_s3_bucket.pass_configured.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket" "fail_bare" {
  bucket = "b"
}

resource "aws_dynamodb_table" "pass_enabled" {
  name     = "t"
  hash_key = "k"
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.pass_rotates.arn
  }
}

resource "aws_dynamodb_table" "fail_bare" {
  name     = "t"
  hash_key = "k"
}

resource "aws_sqs_queue" "pass_managed" {
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue" "fail_off" {
  sqs_managed_sse_enabled = false
}

resource "aws_sns_topic" "fail_bare" {
  name = "n"
}

resource "aws_cloudwatch_log_group" "fail_bare" {
  name = "g"
}

resource "aws_kms_key" "pass_rotates" {
  enable_key_rotation = true
}

resource "aws_kms_key" "pass_signs" {
  key_usage = "SIGN_VERIFY"
}

resource "aws_kms_key" "fail_never_rotates" {
  description = "d"
}

resource "aws_lambda_function" "fail_variables" {
  environment {
    variables = { A = "b" }
  }
}

resource "aws_lambda_function" "pass_no_variables" {
  function_name = "f"
}
