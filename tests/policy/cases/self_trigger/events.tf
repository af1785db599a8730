# EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html

resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
}

resource "aws_s3_bucket" "drop" {
  bucket = "drop"
}

resource "aws_iam_role" "react" {
  name = "react"
}

resource "aws_iam_role_policy" "react" {
  role = aws_iam_role.react.name
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "events:PutEvents", Resource = aws_cloudwatch_event_bus.shop.arn },
    { Effect = "Allow", Action = "s3:PutBucketAcl", Resource = "arn:aws:s3:::*" },
    { Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.drop.arn}/done/*" },
    { Effect = "Allow", Action = "ec2:RevokeSecurityGroupIngress", Resource = "*" },
  ] })
}

resource "aws_lambda_function" "react" {
  function_name = "react"
  role          = aws_iam_role.react.arn
}

locals {
  patterns = {
    pass_precise    = { source = ["shop.orders"], detail-type = ["OrderPlaced"] }
    pass_of_aws     = { source = ["aws.ecs"] }
    pass_other_call = { source = ["aws.ec2"], detail-type = ["AWS API Call via CloudTrail"], detail = { eventSource = ["ec2.amazonaws.com"], eventName = ["AuthorizeSecurityGroupIngress"] } }
  }
}

resource "aws_cloudwatch_event_rule" "each" {
  for_each       = local.patterns
  name           = each.key
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode(each.value)
}

resource "aws_cloudwatch_event_target" "pass_each" {
  for_each = local.patterns
  rule     = each.key
  arn      = aws_lambda_function.react.arn
}

resource "aws_cloudwatch_event_rule" "everything" {
  name           = "everything"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = [{ prefix = "" }] })
}

resource "aws_cloudwatch_event_target" "fail_everything" {
  rule = aws_cloudwatch_event_rule.everything.name
  arn  = aws_lambda_function.react.arn
}

resource "aws_cloudwatch_event_rule" "acl" {
  name = "acl"
  event_pattern = jsonencode({ source = ["aws.s3"], detail-type = ["AWS API Call via CloudTrail"],
  detail = { eventSource = ["s3.amazonaws.com"], eventName = ["PutBucketAcl"] } })
}

resource "aws_cloudwatch_event_target" "fail_same_call" {
  rule = aws_cloudwatch_event_rule.acl.name
  arn  = aws_lambda_function.react.arn
}

resource "aws_cloudwatch_event_rule" "dropped" {
  name          = "dropped"
  event_pattern = jsonencode({ source = ["aws.s3"], detail-type = ["Object Created"], detail = { bucket = { name = ["drop"] } } })
}

resource "aws_cloudwatch_event_target" "fail_object" {
  rule = aws_cloudwatch_event_rule.dropped.name
  arn  = aws_lambda_function.react.arn
}

resource "aws_cloudwatch_event_rule" "dropped_below" {
  name = "dropped-below"
  event_pattern = jsonencode({ source = ["aws.s3"], detail-type = ["Object Created"],
  detail = { bucket = { name = ["drop"] }, object = { key = [{ prefix = "new/" }] } } })
}

resource "aws_cloudwatch_event_target" "pass_object" {
  rule = aws_cloudwatch_event_rule.dropped_below.name
  arn  = aws_lambda_function.react.arn
}

resource "aws_cloudwatch_event_target" "pass_schedule" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.react.arn
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "rate(1 day)"
}
