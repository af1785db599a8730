resource "aws_s3_bucket" "pass_reference" {
  bucket = "a"
}

resource "aws_s3_bucket_policy" "a" {
  bucket = aws_s3_bucket.pass_reference.id
  policy = data.aws_iam_policy_document.tls.json
}

data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.pass_reference.arn, "${aws_s3_bucket.pass_reference.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket" "fail_no_policy" {
  bucket = "b"
}

resource "aws_s3_bucket" "fail_one_action_only" {
  bucket = "c"
}

resource "aws_s3_bucket_policy" "c" {
  bucket = "c"
  policy = jsonencode({ Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:GetObject", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } }] })
}

resource "aws_s3_bucket" "fail_other_policy" {
  bucket = "d"
}

resource "aws_s3_bucket_policy" "d" {
  bucket = aws_s3_bucket.fail_other_policy.bucket
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = var.a }, Action = "s3:GetObject", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } }] })
}

variable "a" {}
