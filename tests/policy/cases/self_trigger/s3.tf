# One bucket, as AWS advises against it, and as it advises: https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html

variable "incoming" {
  default = "incoming/"
}

resource "aws_s3_bucket" "files" {
  bucket = "files"
}

resource "aws_s3_bucket" "thumbnails" {
  bucket_prefix = "thumbnails-"
}

resource "aws_lambda_function" "resize" {
  function_name = "resize"
  role          = aws_iam_role.resize.arn
}

resource "aws_iam_role" "resize" {
  name = "resize"
}

resource "aws_iam_role_policy" "resize" {
  role = aws_iam_role.resize.id
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.files.arn}/*" },
    { Effect = "Allow", Action = ["s3:PutObject"], Resource = ["arn:aws:s3:::files/resized/*", "${aws_s3_bucket.thumbnails.arn}/small/*"] },
  ] })
}

resource "aws_s3_bucket_notification" "pass_prefix" {
  bucket = aws_s3_bucket.files.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = var.incoming
  }
}

resource "aws_s3_bucket_notification" "pass_other_event" {
  bucket = aws_s3_bucket.files.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectRemoved:*"]
  }
}

resource "aws_s3_bucket_notification" "fail_no_prefix" {
  bucket = aws_s3_bucket.files.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

resource "aws_s3_bucket_notification" "fail_suffix_alone" {
  bucket = "files"
  lambda_function {
    lambda_function_arn = "arn:aws:lambda:${var.region}:${var.account}:function:resize"
    events              = ["s3:ObjectCreated:Put"]
    filter_suffix       = ".png"
  }
}

resource "aws_s3_bucket_notification" "fail_by_reference" {
  bucket = aws_s3_bucket.thumbnails.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "small/a"
  }
}

resource "aws_s3_bucket_notification" "pass_by_reference" {
  bucket = aws_s3_bucket.thumbnails.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.resize.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "large/"
  }
}

# a policy by data, attached; a denial takes back what is allowed too widely
resource "aws_lambda_function" "tidy" {
  role = aws_iam_role.tidy.arn
}

resource "aws_lambda_alias" "live" {
  name          = "live"
  function_name = aws_lambda_function.tidy.function_name
}

resource "aws_iam_role" "tidy" {}

data "aws_iam_policy_document" "tidy" {
  statement {
    actions   = ["s3:Put*"]
    resources = ["${aws_s3_bucket.files.arn}/*"]
  }
  statement {
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.files.arn}/incoming/*"]
  }
}

resource "aws_iam_policy" "tidy" {
  policy = data.aws_iam_policy_document.tidy.json
}

resource "aws_iam_role_policy_attachment" "tidy" {
  role       = aws_iam_role.tidy.name
  policy_arn = aws_iam_policy.tidy.arn
}

resource "aws_s3_bucket_notification" "pass_denied" {
  bucket = aws_s3_bucket.files.id
  lambda_function {
    lambda_function_arn = aws_lambda_alias.live.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "incoming/"
  }
}

resource "aws_s3_bucket_notification" "fail_attached" {
  bucket = aws_s3_bucket.files.id
  lambda_function {
    lambda_function_arn = aws_lambda_alias.live.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "in"
  }
}

# a loop that is meant: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html#invocation-recursion-disable
resource "aws_lambda_function" "allowed" {
  function_name = "allowed"
  role          = aws_iam_role.tidy.arn
}

resource "aws_lambda_function_recursion_config" "allowed" {
  function_name  = aws_lambda_function.allowed.function_name
  recursive_loop = "Allow"
}

resource "aws_s3_bucket_notification" "fail_allowed" {
  bucket = aws_s3_bucket.files.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.allowed.arn
    events              = ["s3:ObjectCreated:*"]
  }
}
