resource "aws_iam_role_policy_attachment" "fail_admin" {
  role       = "r"
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_role_policy_attachment" "fail_each" {
  for_each   = toset(["AmazonS3FullAccess"])
  role       = "r"
  policy_arn = "arn:aws-cn:iam::aws:policy/${each.key}"
}

resource "aws_iam_role" "fail_inline_list" {
  assume_role_policy  = "{}"
  managed_policy_arns = ["arn:aws:iam::aws:policy/job-function/SystemAdministrator"]
}

resource "aws_iam_role_policy_attachment" "pass_logging" {
  role       = "r"
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachment" "pass_own" {
  role       = "r"
  policy_arn = aws_iam_policy.MyFullAccess.arn
}

data "aws_partition" "current" {}
