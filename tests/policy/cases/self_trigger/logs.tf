# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions-recursion-prevention.html

resource "aws_iam_role" "shipper" {
  name = "shipper"
}

resource "aws_iam_role_policy_attachment" "shipper" {
  role       = aws_iam_role.shipper.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "shipper" {
  function_name = "shipper"
  role          = aws_iam_role.shipper.arn
}

resource "aws_cloudwatch_log_group" "shipper" {
  name = "/aws/lambda/${aws_lambda_function.shipper.function_name}"
}

resource "aws_cloudwatch_log_subscription_filter" "fail_own_logs" {
  name            = "own"
  log_group_name  = aws_cloudwatch_log_group.shipper.name
  filter_pattern  = ""
  destination_arn = aws_lambda_function.shipper.arn
}

resource "aws_cloudwatch_log_subscription_filter" "fail_own_logs_by_name" {
  name            = "named"
  log_group_name  = "/aws/lambda/shipper"
  filter_pattern  = ""
  destination_arn = aws_lambda_function.shipper.arn
}

resource "aws_cloudwatch_log_subscription_filter" "pass_logs_of_another" {
  name            = "another"
  log_group_name  = "/aws/lambda/orders"
  filter_pattern  = ""
  destination_arn = aws_lambda_function.shipper.arn
}

resource "aws_cloudwatch_log_subscription_filter" "pass_to_a_stream" {
  name            = "stream"
  log_group_name  = aws_cloudwatch_log_group.shipper.name
  filter_pattern  = ""
  destination_arn = aws_kinesis_stream.clicks.arn
}
