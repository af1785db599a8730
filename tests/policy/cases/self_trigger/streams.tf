# Streams and queues: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html

resource "aws_dynamodb_table" "orders" {
  name           = "orders"
  stream_enabled = true
}

resource "aws_dynamodb_table" "totals" {
  name = "totals"
}

resource "aws_sqs_queue" "work" {
  name = "work"
}

resource "aws_sqs_queue" "dead" {
  name = "work-dead"
}

resource "aws_kinesis_stream" "clicks" {
  name = "clicks"
}

resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_iam_role" "counter" {
  name = "counter"
  inline_policy {
    policy = jsonencode({ Statement = [
      { Effect = "Allow", Action = ["dynamodb:GetRecords", "dynamodb:GetShardIterator"], Resource = "${aws_dynamodb_table.orders.arn}/stream/*" },
      { Effect = "Allow", Action = "dynamodb:UpdateItem", Resource = aws_dynamodb_table.totals.arn },
      { Effect = "Allow", Action = ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource = aws_sqs_queue.work.arn },
      { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.dead.arn },
      { Effect = "Allow", Action = "kinesis:Get*", Resource = aws_kinesis_stream.clicks.arn },
      { Effect = "Allow", Action = "sns:Publish", Resource = "arn:aws:sns:*:*:alarms" },
    ] })
  }
}

resource "aws_lambda_function" "counter" {
  function_name = "counter"
  role          = aws_iam_role.counter.arn
}

resource "aws_iam_role" "writer" {
  name = "writer"
}

resource "aws_iam_policy" "writer" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "dynamodb:*Item", Resource = "arn:aws:dynamodb:*:*:table/ord*" },
    { Effect = "Allow", Action = "sqs:*", Resource = "arn:aws:sqs:*:*:work" },
    { Effect = "Allow", Action = "kinesis:PutRecords", Resource = aws_kinesis_stream.clicks.arn },
    { Effect = "Allow", Action = "sns:Publish", Resource = aws_sns_topic.news.arn },
  ] })
}

resource "aws_iam_policy_attachment" "writer" {
  name       = "writer"
  roles      = [aws_iam_role.writer.name]
  policy_arn = aws_iam_policy.writer.arn
}

resource "aws_lambda_function" "writer" {
  function_name = "writer"
  role          = aws_iam_role.writer.arn
}

resource "aws_lambda_event_source_mapping" "pass_table" {
  event_source_arn = aws_dynamodb_table.orders.stream_arn
  function_name    = aws_lambda_function.counter.arn
}

resource "aws_lambda_event_source_mapping" "pass_queue" {
  event_source_arn = aws_sqs_queue.work.arn
  function_name    = "counter"
}

resource "aws_lambda_event_source_mapping" "pass_stream" {
  event_source_arn = aws_kinesis_stream.clicks.arn
  function_name    = aws_lambda_function.counter.function_name
}

resource "aws_lambda_event_source_mapping" "pass_filtered" {
  event_source_arn = aws_dynamodb_table.orders.stream_arn
  function_name    = aws_lambda_function.writer.arn
  filter_criteria {
    filter {
      pattern = jsonencode({ eventName = ["REMOVE"] })
    }
  }
}

resource "aws_lambda_event_source_mapping" "pass_switched_off" {
  event_source_arn = aws_dynamodb_table.orders.stream_arn
  function_name    = aws_lambda_function.writer.arn
  enabled          = false
}

resource "aws_lambda_event_source_mapping" "fail_table" {
  event_source_arn = aws_dynamodb_table.orders.stream_arn
  function_name    = aws_lambda_function.writer.arn
}

resource "aws_lambda_event_source_mapping" "fail_queue" {
  event_source_arn = "arn:aws:sqs:${var.region}:${var.account}:work"
  function_name    = aws_lambda_function.writer.arn
}

resource "aws_lambda_event_source_mapping" "fail_stream" {
  event_source_arn = aws_kinesis_stream.clicks.arn
  function_name    = aws_lambda_function.writer.function_name
}

resource "aws_sns_topic_subscription" "pass_topic" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.counter.arn
}

resource "aws_sns_topic_subscription" "pass_mail" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "email"
  endpoint  = "team@example.com"
}

resource "aws_sns_topic_subscription" "fail_topic" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.writer.arn
}

resource "aws_pipes_pipe" "pass_pipe" {
  source = aws_sqs_queue.work.arn
  target = aws_lambda_function.counter.arn
}

resource "aws_pipes_pipe" "fail_pipe" {
  source = aws_kinesis_stream.clicks.arn
  target = aws_lambda_function.writer.arn
}
