terraform {
  required_version = "~> 1.6"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = ">= 5.0"
      configuration_aliases = [aws.us_east_1]
    }
    random = { source = "hashicorp/random" }
  }
  backend "s3" {}
}

variable "aws_region" {
  type        = string
  default     = "eu-west-1"
  description = "Region, for example us-east-1"
  validation {
    condition     = contains(["eu-west-1", "us-east-1"], var.aws_region)
    error_message = "Use eu-west-1 or us-east-1."
  }
}
variable "tags" {
  type    = map(string)
  default = {}
}
variable "queues" {
  type = map(object({ name = string, retention = optional(number, 345600) }))
  default = {
    orders = { name = "orders" }
    audit  = { name = "audit", retention = 1209600 }
  }
}
provider "aws" {
  region = var.aws_region
  default_tags {
    tags = merge(var.tags, { ManagedBy = "terraform" })
  }
}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_availability_zones" "available" { state = "available" }

locals {
  name       = "eu-west-report"
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  partition  = data.aws_partition.current.partition
  table_arn  = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/${local.name}"
  is_us      = var.aws_region == "us-east-1"
  amis = {
    us-east-1   = "ami-0123456789"
    "eu-west-1" = "ami-9876543210"
  }
}

resource "aws_s3_bucket" "report" {
  bucket        = "${local.name}-eu-west-1-archive"
  force_destroy = false
}

resource "aws_s3_bucket" "logs" {
  bucket = "us-east-logs-${local.account_id}"
}

resource "aws_sqs_queue" "this" {
  for_each                  = var.queues
  name                      = "${each.value.name}-${terraform.workspace}"
  message_retention_seconds = each.value.retention
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowSns"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${each.value.name}"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.t.arn } }
    }]
  })
}
resource "aws_sns_topic" "t" { name = "t" }

data "aws_iam_policy_document" "assume" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    sid       = "Table"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [local.table_arn, "${local.table_arn}/index/*"]
  }
  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.fn.arn}:*"]
  }
  statement {
    sid       = "Xray"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }
  statement {
    sid       = "Metrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Reports"]
    }
  }
  statement {
    sid       = "DenyOutside"
    effect    = "Deny"
    actions   = ["*"]
    resources = ["*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  dynamic "statement" {
    for_each = local.is_us ? [1] : []
    content {
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.report.arn}/*"]
    }
  }
}

resource "aws_iam_role" "fn" {
  name               = "${local.name}-fn"
  description        = "Runs in us-east-1 or eu-west-1"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "fn" {
  name   = "fn"
  role   = aws_iam_role.fn.id
  policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy_attachment" "basic" {
  role       = aws_iam_role.fn.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_cloudwatch_log_group" "fn" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 30
}

resource "aws_lambda_function" "fn" {
  function_name    = local.name
  role             = aws_iam_role.fn.arn
  filename         = "${path.module}/build/fn.zip"
  source_code_hash = filebase64sha256("${path.module}/build/fn.zip")
  handler          = "app.handler"
  runtime          = "python3.12"
  environment {
    variables = {
      REGION = data.aws_region.current.name
      TABLE  = local.name
      URL    = "https://sqs.${data.aws_region.current.name}.amazonaws.com/${local.account_id}/x"
    }
  }
}

resource "aws_lambda_permission" "s3" {
  statement_id  = "AllowS3"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.fn.function_name
  principal     = "s3.amazonaws.com"
  source_arn    = aws_s3_bucket.report.arn
}

resource "aws_subnet" "private" {
  count             = length(data.aws_availability_zones.available.names)
  vpc_id            = aws_vpc.v.id
  cidr_block        = cidrsubnet(aws_vpc.v.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
}
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.v.id
  service_name = "com.amazonaws.${var.aws_region}.s3"
}

resource "aws_kms_key" "k" {
  description         = "key"
  enable_key_rotation = true
  policy              = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Root",
          "Effect": "Allow",
          "Principal": {"AWS": "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"},
          "Action": "kms:*",
          "Resource": "*"
        }
      ]
    }
  POLICY
}

resource "aws_sfn_state_machine" "m" {
  name       = "m"
  role_arn   = aws_iam_role.sfn.arn
  definition = templatefile("${path.module}/flow.asl.json", { fn = aws_lambda_function.fn.arn })
}

resource "aws_iam_role" "sfn" {
  name               = "sfn"
  assume_role_policy = templatefile("${path.module}/trust.json.tpl", { service = "states.amazonaws.com", account = local.account_id })
}

module "bucket" {
  for_each = toset(["a", "b"])
  source   = "./modules/bucket"
  name     = "${local.name}-${each.key}"
  readers  = [aws_iam_role.fn.arn]
}
output "region" { value = data.aws_region.current.name }
output "bucket" { value = module.bucket["a"].arn }
resource "aws_security_group" "sg" {
  name        = "sg"
  description = "for us-east-1"
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags["LastScan"], description]
    precondition {
      condition     = data.aws_region.current.name != "us-west-1"
      error_message = "not in us-west-1"
    }
  }
}
check "health" {
  assert {
    condition     = true
    error_message = "x"
  }
}
moved {
  from = aws_vpc.old
  to   = aws_vpc.v
}
import {
  to = aws_vpc.v
  id = "vpc-1"
}
