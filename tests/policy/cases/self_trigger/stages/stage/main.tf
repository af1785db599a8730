# One stage: what comes into its bucket is worked on, and goes on to the next.

variable "name" {
  type = string
}

variable "next_arn" {
  type = string
}

resource "aws_s3_bucket" "this" {
  bucket_prefix = var.name
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = aws_iam_role.this.arn
}

resource "aws_iam_role" "this" {
  name = var.name
}

resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${var.next_arn}/*" }] })
}

resource "aws_s3_bucket_notification" "pass_this" {
  bucket = aws_s3_bucket.this.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.this.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

output "arn" {
  value = aws_s3_bucket.this.arn
}
