resource "aws_s3_bucket_notification" "pass_in_order" {
  bucket = "b"
  lambda_function {
    lambda_function_arn = aws_lambda_function.f.arn
    events              = ["s3:ObjectCreated:*"]
  }
  depends_on = [aws_lambda_permission.p]
}

resource "aws_s3_bucket_notification" "pass_queue" {
  bucket = "b"
  queue {
    queue_arn = aws_sqs_queue.q.arn
    events    = ["s3:ObjectCreated:*"]
  }
}

resource "aws_s3_bucket_notification" "pass_eventbridge" {
  bucket      = "b"
  eventbridge = true
}

resource "aws_s3_bucket_notification" "fail_empty" {
  bucket = "b"
}

resource "aws_s3_bucket_notification" "fail_no_order" {
  bucket = "b"
  lambda_function {
    lambda_function_arn = aws_lambda_function.f.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

resource "aws_s3_bucket_notification" "fail_no_arn" {
  bucket = "b"
  lambda_function {
    lambda_function_arn = ""
    events              = ["s3:ObjectCreated:*"]
  }
  depends_on = [aws_lambda_permission.p]
}
