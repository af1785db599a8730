data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# found: TAP_IAM_1
resource "aws_iam_policy" "a" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
# found: TAP_IAM_1
resource "aws_iam_policy" "b" {
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": "*"}
  ]
}
EOF
}
resource "aws_iam_policy" "c" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = ["ec2:DescribeInstances", "s3:ListAllMyBuckets", "sts:GetCallerIdentity"], Resource = "*" },
    { Effect = "Allow", Action = ["ecr:GetAuthorizationToken", "logs:DescribeLogGroups"], Resource = "*" },
  { Effect = "Deny", Action = "*", Resource = "*", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "false" } } }] })
}
# found: TAP_IAM_1
data "aws_iam_policy_document" "star" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
# found: TAP_IAM_1
resource "aws_iam_policy" "star" { policy = data.aws_iam_policy_document.star.json }
data "aws_iam_policy_document" "good" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values   = ["x"]
    }
  }
}
resource "aws_s3_bucket" "b" { bucket = "b" }
# found: TAP_IAM_1
data "aws_iam_policy_document" "not" {
  statement {
    not_actions = ["iam:*"]
    resources   = ["*"]
  }
}
data "aws_iam_policy_document" "not_deny" {
  statement {
    effect      = "Deny"
    not_actions = ["iam:*"]
    resources   = ["*"]
  }
}
# found: TAP_IAM_1
data "aws_iam_policy_document" "notres" {
  statement {
    actions       = ["s3:GetObject"]
    not_resources = ["arn:aws:s3:::secret/*"]
  }
}
# found: TAP_IAM_1 TAP_IAM_2
resource "aws_iam_role_policy" "pass" {
  role   = "r"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["iam:PassRole", "lambda:CreateFunction"], Resource = "*" }] })
}
resource "aws_iam_role_policy" "pass_ok" {
  role = "r"
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "iam:PassRole", Resource = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/app-*" },
  { Effect = "Allow", Action = ["lambda:CreateFunction"], Resource = "arn:aws:lambda:*:${data.aws_caller_identity.current.account_id}:function:app-*" }] })
}
resource "aws_iam_role_policy" "pass_service" {
  role = "r"
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "iam:PassRole", Resource = "*", Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } } }
  ] })
}
# found: TAP_IAM_2 TAP_IAM_1
resource "aws_iam_user_policy" "esc" {
  user   = "u"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "iam:AttachUserPolicy", Resource = "*" }] })
}
# found: TAP_IAM_6
resource "aws_iam_role_policy_attachment" "admin" {
  role       = "r"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
# found: TAP_IAM_6
resource "aws_iam_role_policy_attachment" "admin2" {
  role       = "r"
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonS3FullAccess"
}
# found: TAP_IAM_6
resource "aws_iam_role" "managed" {
  assume_role_policy  = data.aws_iam_policy_document.ec2.json
  managed_policy_arns = ["arn:aws:iam::aws:policy/PowerUserAccess"]
}
# found: TAP_IAM_6
resource "aws_iam_role_policy_attachment" "data" {
  role       = "r"
  policy_arn = data.aws_iam_policy.admin.arn
}
data "aws_iam_policy" "admin" { name = "AdministratorAccess" }
# found: TAP_IAM_6
resource "aws_iam_role_policy_attachment" "loop" {
  for_each   = toset(["arn:aws:iam::aws:policy/AmazonEC2FullAccess", "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"])
  role       = "r"
  policy_arn = each.value
}
data "aws_iam_policy_document" "ec2" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
# found: TAP_IAM_3
resource "aws_iam_role" "sfn" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "states.amazonaws.com" } }] })
}
resource "aws_iam_role" "sfn_ok" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "events.amazonaws.com" }, Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } } }] })
}
# found: TAP_IAM_4
resource "aws_iam_role" "world" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" } }] })
}
# found: TAP_IAM_5
resource "aws_iam_role" "cross" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111122223333:root" } }] })
}
resource "aws_iam_role" "cross_var" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::${var.partner}:root" } }] })
}
variable "partner" { default = "111122223333" }
# found: TAP_IAM_4
resource "aws_s3_bucket_policy" "public" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/*" }] })
}
resource "aws_s3_bucket_policy" "tls" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Statement = [
    { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"], Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    { Effect = "Allow", Principal = { Service = "cloudfront.amazonaws.com" }, Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/*", Condition = { StringEquals = { "AWS:SourceArn" = "arn:aws:cloudfront::${data.aws_caller_identity.current.account_id}:distribution/X" } } }
  ] })
}
resource "aws_s3_bucket_policy" "org" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-123" } } }] })
}
# found: TAP_IAM_3
resource "aws_lambda_permission" "any" {
  action        = "lambda:InvokeFunction"
  function_name = "f"
  principal     = "s3.amazonaws.com"
}
resource "aws_lambda_permission" "ok" {
  action        = "lambda:InvokeFunction"
  function_name = "f"
  principal     = "s3.amazonaws.com"
  source_arn    = aws_s3_bucket.b.arn
}
# found: TAP_IAM_1
resource "aws_iam_role" "inline" {
  assume_role_policy = data.aws_iam_policy_document.ec2.json
  inline_policy {
    name   = "x"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = ["*"] }] })
  }
  inline_policy {
    name   = "y"
    policy = data.aws_iam_policy_document.good.json
  }
}
# found: TAP_UNREADABLE_1
resource "aws_iam_policy" "var" { policy = var.policy }
variable "policy" {}
resource "aws_iam_policy" "var_ok" { policy = var.policy_ok }
variable "policy_ok" { default = "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::b/*\"}]}" }
# found: TAP_IAM_1
resource "aws_iam_policy" "wild" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:Get*"], Resource = "arn:aws:s3:::b/*" }] })
}
resource "aws_iam_policy" "tagged" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["ec2:StopInstances"], Resource = "*", Condition = { StringEquals = { "aws:ResourceTag/app" = "x" } } }] })
}
# found: TAP_IAM_1
resource "aws_iam_policy" "secrets" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = "arn:aws:secretsmanager:*:*:secret:*" }] })
}
resource "aws_iam_policy" "logs" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:*:*:log-group:/aws/lambda/app:*" }] })
}
resource "aws_sns_topic_policy" "t" {
  arn = "x"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "SNS:Publish", Resource = "*", Condition = { StringEquals = { "AWS:SourceOwner" = data.aws_caller_identity.current.account_id } } }] })
}
# found: TAP_IAM_3
resource "aws_sqs_queue_policy" "q" {
  queue_url = "x"
  policy    = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "sns.amazonaws.com" }, Action = "sqs:SendMessage", Resource = "*" }] })
}
resource "aws_kms_key" "k" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }, Action = "kms:*", Resource = "*" },
    { Effect = "Allow", Principal = { AWS = aws_iam_role.managed.arn }, Action = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"], Resource = "*" }
  ] })
}
# found: TAP_IAM_1 TAP_IAM_2
resource "aws_iam_group_policy" "assume" {
  group  = "g"
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "sts:AssumeRole", Resource = "arn:aws:iam::*:role/*" } })
}
