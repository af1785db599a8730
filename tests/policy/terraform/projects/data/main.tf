variable "buckets" { default = ["a", "b"] }
variable "env" {}
data "aws_region" "r" {}
data "aws_caller_identity" "me" {}
locals {
  arns    = [for b in var.buckets : "arn:aws:s3:::${b}-${var.env}"]
  objects = formatlist("%s/*", local.arns)
  stmts = {
    read  = { actions = ["s3:GetObject"], resources = local.objects }
    write = { actions = ["s3:PutObject"], resources = local.objects }
  }
  bad = { all = { actions = ["sqs:*"], resources = ["*"] } }
}
data "aws_iam_policy_document" "dyn" {
  dynamic "statement" {
    for_each = local.stmts
    content {
      sid       = title(statement.key)
      actions   = statement.value.actions
      resources = statement.value["resources"]
    }
  }
}
data "aws_iam_policy_document" "dyn_bad" {
  dynamic "statement" {
    for_each = local.bad
    iterator = s
    content {
      actions   = s.value.actions
      resources = s.value.resources
    }
  }
}
# found: TAP_IAM_1
data "aws_iam_policy_document" "sources" {
  source_policy_documents = [file("${path.module}/p.json"), data.aws_iam_policy_document.dyn.json]
}
data "aws_iam_policy_document" "sources_ok" {
  source_policy_documents   = [data.aws_iam_policy_document.dyn.json]
  override_policy_documents = [templatefile("${path.module}/ok.tpl", { account = data.aws_caller_identity.me.account_id, region = data.aws_region.r.name })]
}
resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.sources_ok.json }
resource "aws_iam_policy" "tpl" {
  policy = templatefile("${path.module}/ok.tpl", { account = data.aws_caller_identity.me.account_id, region = data.aws_region.r.name })
}
# found: TAP_REGION_1
resource "aws_iam_policy" "tpl_region" {
  policy = templatefile("${path.module}/ok.tpl", { account = data.aws_caller_identity.me.account_id, region = "sa-east-1" })
}
# found: TAP_UNREADABLE_1
resource "aws_iam_policy" "http" { policy = data.http.p.response_body }
data "http" "p" { url = "https://example.com/p.json" }
# found: TAP_UNREADABLE_1
resource "aws_iam_policy" "missing" { policy = file("${path.module}/nowhere.json") }
# found: TAP_UNREADABLE_1
resource "aws_s3_bucket_policy" "remote" {
  bucket = "b"
  policy = module.remote.policy
}
module "remote" {
  source  = "terraform-aws-modules/iam/aws"
  version = "5.0"
}
data "aws_iam_policy_document" "conditions" {
  statement {
    actions   = ["kms:CreateGrant"]
    resources = [aws_kms_key.k.arn]
    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = [true]
    }
  }
  statement {
    actions   = ["ec2:CreateTags"]
    resources = ["arn:aws:ec2:${data.aws_region.r.name}:${data.aws_caller_identity.me.account_id}:instance/*"]
    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["RunInstances"]
    }
  }
}
resource "aws_kms_key" "k" {}
# found: TAP_IAM_1
resource "aws_iam_policy" "heredoc" {
  policy = <<-EOT
  {
    "Version": "2012-10-17",
    "Statement": [
      %{for b in var.buckets~}
      {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${b}"},
      %{endfor~}
      {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
    ]
  }
  EOT
}
resource "aws_iam_policy" "cond" {
  count = var.env == "prod" ? 1 : 0
  policy = jsonencode({
    Statement = concat(
      [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = local.objects }],
      var.env == "prod" ? [{ Effect = "Allow", Action = ["s3:PutObject"], Resource = local.objects }] : []
    )
  })
}
# found: TAP_IAM_1
resource "aws_iam_policy" "cond_bad" {
  policy = jsonencode({
    Statement = concat(
      [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = local.objects }],
      var.env == "dev" ? [{ Effect = "Allow", Action = ["s3:*"], Resource = "*" }] : []
    )
  })
}
# found: TAP_IAM_1
resource "aws_iam_policy" "loopy" {
  for_each = { ro = "s3:GetObject", rw = "s3:*" }
  name     = each.key
  policy   = jsonencode({ Statement = [{ Effect = "Allow", Action = each.value, Resource = "arn:aws:s3:::x/*" }] })
}
# found: TAP_IAM_1
resource "aws_iam_policy" "dyn_bad" { policy = data.aws_iam_policy_document.dyn_bad.json }
