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

# what one policy does not give, another of the same role does
resource "aws_iam_role" "deployer" {
  name = "deployer"
}

resource "aws_iam_role_policy" "fail_split_pass_role" {
  role   = aws_iam_role.deployer.id
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:Pass*", Resource = "*" } })
}

resource "aws_iam_policy" "pass_split_maker" {
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "lambda:*", Resource = "arn:aws:lambda:*:*:function:x-*" } })
}

resource "aws_iam_role_policy_attachment" "deployer" {
  role       = aws_iam_role.deployer.name
  policy_arn = aws_iam_policy.pass_split_maker.arn
}

resource "aws_iam_role_policy" "pass_passed_by_nobody_who_makes" {
  role   = "another"
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:PassRole", Resource = "*" } })
}

# by name, and it is its own
resource "aws_iam_role_policy" "fail_own_role" {
  role   = aws_iam_role.deployer.name
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:PutRolePolicy", Resource = "arn:aws:iam::*:role/deploy*" } })
}

resource "aws_iam_role_policy" "fail_own_role_by_reference" {
  role   = aws_iam_role.deployer.name
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:AttachRolePolicy", Resource = aws_iam_role.deployer.arn } })
}

resource "aws_iam_role_policy" "pass_roles_below_a_path" {
  role   = aws_iam_role.deployer.name
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:PutRolePolicy", Resource = "arn:aws:iam::*:role/workers/*" } })
}

resource "aws_iam_policy" "fail_own_version" {
  name   = "team-policy"
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:CreatePolicyVersion", Resource = "arn:aws:iam::*:policy/team-*" } })
}

resource "aws_iam_policy" "pass_versions_of_aws" {
  name   = "team-other"
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "iam:CreatePolicyVersion", Resource = "arn:aws:iam::aws:policy/team-*" } })
}

resource "aws_iam_user" "dev" {
  name = "dev"
}

resource "aws_iam_user_policy_attachment" "own" {
  for_each   = toset(["a"])
  user       = aws_iam_user.dev.name
  policy_arn = aws_iam_policy.fail_own_version.arn
}

resource "aws_iam_user_policy_attachment" "other" {
  user       = aws_iam_user.dev.name
  policy_arn = aws_iam_policy.pass_versions_of_aws.arn
}

# a condition that leaves nobody out is none
resource "aws_iam_policy" "fail_to_any_service" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "iam:PassRole", Resource = "*", Condition = { StringLike = { "iam:PassedToService" = "*.amazonaws.com" } } },
    { Effect = "Allow", Action = "ecs:RunTask", Resource = "*" },
  ] })
}

resource "aws_iam_policy" "fail_to_all_but_one_service" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "iam:PassRole", Resource = "*", Condition = { StringNotEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } } },
    { Effect = "Allow", Action = "ecs:RunTask", Resource = "*" },
  ] })
}

resource "aws_iam_policy" "fail_in_working_hours" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "iam:PutRolePolicy", Resource = "*",
  Condition = { DateGreaterThan = { "aws:CurrentTime" = "2020-01-01T00:00:00Z" } } }] })
}
