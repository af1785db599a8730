variable "account" {
  default = "210987654321"
}

resource "aws_sqs_queue_policy" "fail_principal" {
  queue_url = "q"
  policy    = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::210987654321:role/x" }, Action = "sqs:SendMessage", Resource = "*" }] })
}

resource "aws_sqs_queue_policy" "fail_bare_number" {
  queue_url = "q"
  policy    = <<EOF
{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["210987654321"]}, "Action": "sqs:SendMessage", "Resource": "*"}]}
EOF
}

resource "aws_iam_policy" "fail_resource" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "arn:aws-us-gov:sqs:${var.region}:210987654321:q" }] })
}

resource "aws_iam_policy" "fail_condition" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ec2:StopInstances", Resource = "*", Condition = { StringEquals = { "aws:ResourceAccount" = "210987654321" } } }] })
}

resource "aws_lambda_permission" "fail_permission" {
  action        = "lambda:InvokeFunction"
  function_name = "f"
  principal     = "210987654321"
}

resource "aws_sqs_queue_policy" "pass_variable" {
  queue_url = "q"
  policy    = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${var.account}:root" }, Action = "sqs:SendMessage", Resource = "*" }] })
}

resource "aws_iam_role" "pass_partner_with_external_id" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::210987654321:root" }, Action = "sts:AssumeRole",
  Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } }] })
}

resource "aws_s3_bucket_policy" "pass_load_balancers" {
  bucket = "b"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::127311923021:root" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::b/*" }] })
}

resource "aws_iam_policy" "pass_digits_in_a_name" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::backup-202611231200/*" }] })
}

variable "region" {}
variable "external_id" {}
