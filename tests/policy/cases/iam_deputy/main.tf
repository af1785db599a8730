data "aws_caller_identity" "current" {}

resource "aws_iam_role" "fail_states" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "states.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role" "fail_any_account" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = ["scheduler.amazonaws.com"] }, Action = "sts:AssumeRole",
  Condition = { StringLike = { "aws:SourceAccount" = "*" } } }] })
}

resource "aws_iam_role" "fail_if_exists" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sts:AssumeRole",
  Condition = { StringEqualsIfExists = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } } }] })
}

resource "aws_iam_role" "pass_function" {
  assume_role_policy = data.aws_iam_policy_document.pass_lambda.json
}

data "aws_iam_policy_document" "pass_lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pass_instance" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com.cn" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role" "pass_states" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "states.amazonaws.com" }, Action = "sts:AssumeRole",
  Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } } }] })
}

resource "aws_sns_topic_policy" "fail_bucket" {
  arn    = "t"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sns:Publish", Resource = "*" }] })
}

resource "aws_sns_topic_policy" "pass_bucket" {
  arn = "t"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sns:Publish", Resource = "*",
  Condition = { ArnLike = { "AWS:SourceArn" = aws_s3_bucket.b.arn } } }] })
}

resource "aws_kms_key" "pass_encryption_context" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "logs.${var.region}.amazonaws.com" }, Action = "kms:Decrypt", Resource = "*",
  Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = aws_cloudwatch_log_group.g.arn } } }] })
}

resource "aws_lambda_permission" "fail_anybodys_bucket" {
  action        = "lambda:InvokeFunction"
  function_name = "f"
  principal     = "s3.amazonaws.com"
}

resource "aws_lambda_permission" "pass_bucket" {
  action        = "lambda:InvokeFunction"
  function_name = "f"
  principal     = "s3.amazonaws.com"
  source_arn    = aws_s3_bucket.b.arn
}

variable "region" {}
