resource "aws_iam_role" "pass_careful" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole",
  Condition = { ArnLike = { "aws:SourceArn" = aws_lambda_function.f.arn } } }] })
}

resource "aws_iam_role" "fail_unlike_the_other" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
