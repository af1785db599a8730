# found: TAP_REGION_1
provider "aws" {
  region = "eu-west-1"
}
# found: TAP_REGION_1
provider "aws" {
  alias  = "dr"
  region = "eu-central-1"
}
resource "aws_dynamodb_table" "ok" {
  name     = "ok"
  hash_key = "id"
  dynamic "replica" {
    for_each = var.replicas
    content { region_name = replica.value }
  }
}
variable "replicas" {
  type    = list(string)
  default = ["eu-central-1"]
}
# found: TAP_REGION_1
resource "aws_dynamodb_table" "hard" {
  name     = "hard"
  hash_key = "id"
  replica { region_name = "eu-north-1" }
}
# found: TAP_REGION_1
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "r"
  filename      = "f.zip"
  handler       = "a.b"
  runtime       = "python3.12"
  environment {
    variables = {
      SQS_URL = "https://sqs.eu-west-1.amazonaws.com/${var.account}/q"
      TABLE   = "t"
    }
  }
}
variable "account" {}
# found: TAP_REGION_1
resource "aws_sfn_state_machine" "m" {
  name     = "m"
  role_arn = "r"
  definition = jsonencode({
    StartAt = "A"
    States = { A = { Type = "Task", Resource = "arn:aws:lambda:us-west-1:${var.account}:function:f", End = true } }
  })
}
resource "aws_sfn_state_machine" "ok" {
  name     = "ok"
  role_arn = "r"
  definition = jsonencode({
    Comment = "was in us-west-1"
    StartAt = "A"
    States  = { A = { Type = "Task", Resource = "arn:aws:states:::lambda:invoke", End = true } }
  })
}
# found: TAP_REGION_1
resource "aws_kms_key" "k" {
  policy = jsonencode({
    Statement = [{
      Sid = "logs", Effect = "Allow", Principal = { Service = "logs.eu-west-1.amazonaws.com" }
      Action = ["kms:Encrypt", "kms:Decrypt"], Resource = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:*:${var.account}:*" } }
    }]
  })
}
resource "aws_kms_key" "ok" {
  policy = jsonencode({
    Statement = [{
      Sid = "logs", Effect = "Allow", Principal = { Service = "logs.${data.aws_region.current.name}.amazonaws.com" }
      Action = ["kms:Encrypt", "kms:Decrypt"], Resource = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:*:${var.account}:*" } }
    }]
  })
}
data "aws_region" "current" {}
locals {
# found: TAP_REGION_2
  zone_ids  = ["euw1-az1"]
# found: TAP_REGION_1
  endpoint  = "vpce-123.execute-api.eu-west-2.vpce.amazonaws.com"
# found: TAP_REGION_1
  s3_old    = "https://s3-us-west-2.amazonaws.com/bucket"
# found: TAP_REGION_1
  website   = "bucket.s3-website-us-east-1.amazonaws.com"
}
# found: TAP_REGION_1
output "console" {
  value = "https://eu-west-1.console.aws.amazon.com/sqs"
}
output "console_ok" {
  description = "in eu-west-1"
  value       = "https://${data.aws_region.current.name}.console.aws.amazon.com/sqs"
}
# found: TAP_REGION_1
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "b", key = "k", region = "eu-west-1" }
}
# found: TAP_REGION_1
data "aws_ssm_parameter" "vpc" { name = "/infra/eu-west-1/vpc" }
# found: TAP_REGION_1
resource "aws_rds_global_cluster" "g" {
  global_cluster_identifier    = "g"
  source_db_cluster_identifier = "arn:aws:rds:eu-west-3:${var.account}:cluster:x"
}
# found: TAP_REGION_1
resource "aws_route53_record" "alias" {
  zone_id = "Z1"
  name    = "api.eu-west-1.acme.com"
  type    = "CNAME"
  records = ["abc.eu-west-1.elb.amazonaws.com"]
}
# found: TAP_REGION_1
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  origin {
    origin_id   = "x"
    domain_name = "abc.execute-api.eu-west-1.amazonaws.com"
  }
}
resource "aws_cloudfront_distribution" "ok" {
  enabled = true
  comment = "eu-west-1"
  origin {
    origin_id   = "eu-west-1-origin"
    domain_name = aws_s3_bucket.b.bucket_regional_domain_name
  }
}
resource "aws_s3_bucket" "b" { bucket_prefix = "eu-west-1-b-" }
# found: TAP_REGION_1
resource "null_resource" "cli" {
  provisioner "local-exec" {
    command = "aws eks update-kubeconfig --region eu-west-1 --name x"
  }
}
