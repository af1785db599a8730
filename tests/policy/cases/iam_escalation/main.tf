locals {
  everything = "*"
}

resource "aws_iam_policy" "fail_put_role_policy" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "iam:PutRolePolicy", Resource = local.everything }] })
}

resource "aws_iam_policy" "fail_by_pattern" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["iam:Attach*"], Resource = ["arn:aws:iam::*:role/*"] }] })
}

resource "aws_iam_policy" "fail_pass_role_and_function" {
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
        {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "${aws_lambda_function.f.arn}"}
      ]
    }
  EOT
}

data "aws_iam_policy_document" "fail_assume_any_role" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "pass_named_role" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "iam:PassRole", Resource = aws_iam_role.worker.arn },
    { Effect = "Allow", Action = "lambda:CreateFunction", Resource = "*" },
  ] })
}

resource "aws_iam_policy" "pass_to_one_service" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "iam:PassRole", Resource = "*", Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } } },
    { Effect = "Allow", Action = "ecs:RunTask", Resource = "*" },
  ] })
}

resource "aws_iam_policy" "pass_within_a_boundary" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "iam:PutRolePolicy", Resource = "*",
  Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } } }] })
}

resource "aws_iam_policy" "pass_deny" {
  policy = jsonencode({ Statement = [{ Effect = "Deny", Action = "iam:PutRolePolicy", Resource = "*" }] })
}
