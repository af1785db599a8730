# In a row: a bucket tells a queue, its reader starts a workflow, and that writes to the bucket.

resource "aws_s3_bucket" "row" {
  bucket = "row"
}

resource "aws_sqs_queue" "row" {
  name = "row"
}

resource "aws_s3_bucket_notification" "fail_row" {
  bucket = aws_s3_bucket.row.id
  queue {
    queue_arn     = aws_sqs_queue.row.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "in/"
  }
}

resource "aws_lambda_event_source_mapping" "fail_row" {
  event_source_arn = aws_sqs_queue.row.arn
  function_name    = aws_lambda_function.reader.arn
}

resource "aws_lambda_function" "reader" {
  function_name = "reader"
  role          = aws_iam_role.reader.arn
}

resource "aws_iam_role" "reader" {}

resource "aws_iam_role_policy" "reader" {
  role   = aws_iam_role.reader.id
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "states:StartExecution", Resource = aws_sfn_state_machine.row.arn } })
}

resource "aws_sfn_state_machine" "row" {
  name     = "row"
  role_arn = aws_iam_role.row.arn
}

resource "aws_iam_role" "row" {
  managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]
}

# the same without the last step
resource "aws_s3_bucket_notification" "pass_row" {
  bucket = aws_s3_bucket.row.id
  queue {
    queue_arn     = aws_sqs_queue.straight.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "in/"
  }
}

resource "aws_sqs_queue" "straight" {
  name = "straight"
}

resource "aws_lambda_event_source_mapping" "pass_row" {
  event_source_arn = aws_sqs_queue.straight.arn
  function_name    = aws_lambda_function.counter.arn
}
