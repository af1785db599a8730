locals {
  policies   = { admin = { actions = ["ec2:*"], resources = ["*"] }, read = { actions = ["s3:GetObject"], resources = [aws_s3_bucket.b.arn] } }
  statements = [for k, v in local.policies : { Sid = k, Effect = "Allow", Action = v.actions, Resource = v.resources }]
  region     = "us-east-1"
  endpoint   = format("https://sqs.%s.amazonaws.com", "eu-central-1")
}
resource "aws_s3_bucket" "b" { bucket = "b" }
resource "aws_iam_policy" "all" { policy = jsonencode({ Version = "2012-10-17", Statement = local.statements }) }
resource "aws_iam_policy" "each" {
  for_each = local.policies
  policy   = jsonencode({ Statement = { Effect = "Allow", Action = each.value.actions, Resource = each.value.resources } })
}
resource "aws_iam_policy" "file" { policy = file("${path.module}/p.json") }
resource "aws_iam_user_policy" "merged" {
  user   = "u"
  policy = jsonencode(merge({ Version = "2012-10-17" }, { Statement = concat([], [{ Effect = "Allow", NotAction = ["iam:*"], Resource = "*" }]) }))
}
resource "aws_iam_role" "gov" {
  assume_role_policy = data.aws_iam_policy_document.counted[0].json
  inline_policy {
    name   = "x"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "dynamodb:PutItem", Resource = "arn:aws-us-gov:dynamodb:us-gov-west-1:${var.a}:table/t" }] })
  }
}
data "aws_iam_policy_document" "counted" {
  count = 1
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}
variable "a" {}
resource "aws_iam_group_policy" "cond" {
  group  = "g"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = var.admin ? "*" : "s3:GetObject", Resource = "arn:aws:s3:::x/*" }] })
}
variable "admin" { default = true }
resource "aws_instance" "i" {
  ami               = lookup({ "us-east-1" = "ami-1" }, local.region, "ami-2")
  availability_zone = "${local.region}a"
  user_data         = <<-EOF
    #!/bin/bash
    aws s3 cp s3://x . --region ap-southeast-2
  EOF
}
resource "aws_cloudwatch_dashboard" "d" {
  dashboard_body = jsonencode({ widgets = [{ properties = { region = "eu-north-1", title = "in eu-west-1" } }] })
}
