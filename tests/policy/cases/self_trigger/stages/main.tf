# Buckets of one module, and of one block, are told apart.

module "first" {
  source   = "./stage"
  name     = "first"
  next_arn = module.second.arn
}

module "second" {
  source   = "./stage"
  name     = "second"
  next_arn = "arn:aws:s3:::archive"
}

resource "aws_s3_bucket" "each" {
  for_each      = toset(["in", "out"])
  bucket_prefix = "${each.key}-"
}

resource "aws_iam_role" "mover" {
  name = "mover"
}

resource "aws_iam_role_policy" "mover" {
  role   = aws_iam_role.mover.name
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.each["out"].arn}/*" }] })
}

resource "aws_lambda_function" "mover" {
  function_name = "mover"
  role          = aws_iam_role.mover.arn
}

resource "aws_s3_bucket_notification" "pass_in" {
  bucket = aws_s3_bucket.each["in"].id
  lambda_function {
    lambda_function_arn = aws_lambda_function.mover.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

resource "aws_s3_bucket_notification" "fail_out" {
  bucket = aws_s3_bucket.each["out"].id
  lambda_function {
    lambda_function_arn = aws_lambda_function.mover.arn
    events              = ["s3:ObjectCreated:*"]
  }
}
