resource "aws_s3_bucket_policy" "fail_star" {
  bucket = "b"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/*" }] })
}

data "aws_iam_policy_document" "fail_aws_star" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_sqs_queue_policy" "fail_condition_that_holds_nobody" {
  queue_url = "q"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sqs:SendMessage", Resource = "*",
  Condition = { Bool = { "aws:SecureTransport" = "true" } } }] })
}

resource "aws_sqs_queue_policy" "fail_every_address" {
  queue_url = "q"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*",
  Condition = { IpAddress = { "aws:SourceIp" = ["0.0.0.0/0"] } } }] })
}

resource "aws_sqs_queue_policy" "fail_all_but_some" {
  queue_url = "q"
  policy    = jsonencode({ Statement = [{ Effect = "Allow", NotPrincipal = { AWS = var.other }, Action = "sqs:SendMessage", Resource = "*" }] })
}

resource "aws_iam_role" "fail_trusts_everybody" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role" "fail_every_repository" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::${var.account}:oidc-provider/token.actions.githubusercontent.com" }, Action = "sts:AssumeRoleWithWebIdentity",
  Condition = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" } } }] })
}

resource "aws_iam_role" "pass_one_repository" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::${var.account}:oidc-provider/token.actions.githubusercontent.com" }, Action = "sts:AssumeRoleWithWebIdentity",
    Condition = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
  StringLike = { "token.actions.githubusercontent.com:sub" = "repo:org/app:*" } } }] })
}

resource "aws_lambda_permission" "fail_everybody" {
  action        = "lambda:InvokeFunction"
  function_name = "f"
  principal     = "*"
}

resource "aws_lambda_function_url" "fail_no_authorisation" {
  function_name      = "f"
  authorization_type = "NONE"
}

resource "aws_lambda_function_url" "pass_authorised" {
  function_name      = "f"
  authorization_type = "AWS_IAM"
}

resource "aws_sns_topic_policy" "pass_organisation" {
  arn = "t"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sns:Publish", Resource = "*",
  Condition = { StringEquals = { "aws:PrincipalOrgID" = var.org } } }] })
}

resource "aws_sns_topic_policy" "pass_default_of_aws" {
  arn = "t"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = ["SNS:Publish"], Resource = "*",
  Condition = { StringEquals = { "AWS:SourceOwner" = var.account } } }] })
}

resource "aws_api_gateway_rest_api_policy" "pass_denied_to_others" {
  rest_api_id = "r"
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "execute-api:/*" },
    { Effect = "Deny", Principal = "*", Action = "execute-api:Invoke", Resource = "execute-api:/*", Condition = { StringNotEquals = { "aws:SourceVpce" = var.endpoint } } },
  ] })
}

resource "aws_s3_bucket_policy" "pass_deny" {
  bucket = "b"
  policy = jsonencode({ Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "*" }] })
}

resource "aws_vpc_endpoint" "pass_endpoint" {
  vpc_id       = "v"
  service_name = "s"
  policy       = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::b/*" }] })
}

variable "other" {}
variable "account" {}
variable "org" {}
variable "endpoint" {}

# https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
resource "aws_efs_file_system_policy" "pass_mounted" {
  file_system_id = "fs"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "elasticfilesystem:ClientMount",
  Condition = { Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" } } }] })
}

resource "aws_efs_file_system_policy" "fail_not_mounted" {
  file_system_id = "fs"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "elasticfilesystem:ClientMount",
  Condition = { Bool = { "elasticfilesystem:AccessedViaMountTarget" = "false" } } }] })
}
