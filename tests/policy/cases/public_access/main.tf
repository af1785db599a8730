resource "aws_s3_bucket" "pass_blocked" {
  bucket = "a"
}

resource "aws_s3_bucket_public_access_block" "pass_all_four" {
  bucket                  = aws_s3_bucket.pass_blocked.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "fail_nothing" {
  bucket = "b"
}

resource "aws_s3_bucket_public_access_block" "fail_three" {
  bucket              = "c"
  block_public_acls   = true
  block_public_policy = true
  ignore_public_acls  = true
}

resource "aws_s3_bucket_public_access_block" "fail_switched_off" {
  bucket                  = "c"
  block_public_acls       = var.block
  block_public_policy     = var.block
  ignore_public_acls      = var.block
  restrict_public_buckets = var.block
}

resource "aws_s3_bucket_acl" "fail_public" {
  bucket = "c"
  acl    = "public-read"
}

resource "aws_s3_bucket_acl" "pass_private" {
  bucket = "c"
  acl    = "private"
}

variable "block" {
  default = false
}
