resource "aws_organizations_policy" "full" {
  name    = "full"
  content = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_organizations_policy" "deny" {
  name    = "deny"
  content = file("${path.module}/files/scp.json")
}
# found: TAP_IAM_4
resource "aws_iam_role" "gh_any" {
  assume_role_policy = data.aws_iam_policy_document.gh_any.json
}
# found: TAP_IAM_4
data "aws_iam_policy_document" "gh_any" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${var.a}:oidc-provider/token.actions.githubusercontent.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}
variable "a" {}
data "aws_iam_policy_document" "gh_ok" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.gh.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:acme/app:*"]
    }
  }
}
resource "aws_iam_openid_connect_provider" "gh" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
# found: TAP_IAM_4
data "aws_iam_policy_document" "gh_wild" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${var.a}:oidc-provider/token.actions.githubusercontent.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:*"]
    }
  }
}
resource "aws_iam_role" "saml" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRoleWithSAML", Principal = { Federated = "arn:aws:iam::${var.a}:saml-provider/okta" }, Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } } }] })
}
# found: TAP_IAM_1
resource "aws_ssoadmin_permission_set_inline_policy" "p" {
  instance_arn       = "x"
  permission_set_arn = "y"
  inline_policy      = jsonencode({ Statement = [{ Effect = "Allow", Action = ["iam:*"], Resource = "*" }] })
}
# found: TAP_IAM_4
resource "aws_ecr_repository_policy" "e" {
  repository = "r"
  policy     = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = ["ecr:BatchGetImage"] }] })
}
# found: TAP_IAM_4
resource "aws_lambda_function_url" "u" {
  function_name      = "f"
  authorization_type = "NONE"
}
resource "aws_secretsmanager_secret_policy" "s" {
  secret_arn = "x"
  policy     = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = aws_iam_role.saml.arn }, Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
}
