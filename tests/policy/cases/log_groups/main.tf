resource "aws_lambda_function" "pass_by_name" {
  function_name = "a"
}

resource "aws_cloudwatch_log_group" "pass_kept" {
  name              = "/aws/lambda/a"
  retention_in_days = 30
}

resource "aws_lambda_function" "pass_by_reference" {
  function_name = var.name
}

resource "aws_cloudwatch_log_group" "pass_reference" {
  name              = "/aws/lambda/${aws_lambda_function.pass_by_reference.function_name}"
  retention_in_days = 30
}

resource "aws_lambda_function" "fail_undeclared" {
  function_name = "b"
}

resource "aws_cloudwatch_log_group" "fail_kept_for_good" {
  name = "/aws/lambda/c"
}

variable "name" {}
