variable "name" { type = string }
variable "image" { type = string }
variable "cpu" {
  type    = number
  default = 256
}
data "aws_region" "this" {}
resource "aws_ecs_task_definition" "t" {
  family = var.name
  container_definitions = jsonencode([{
    name  = var.name
    image = var.image
    cpu   = var.cpu
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"  = "/ecs/${var.name}"
        "awslogs-region" = data.aws_region.this.name
      }
    }
  }])
  execution_role_arn = aws_iam_role.exec.arn
}
# found: TAP_REGION_1
resource "aws_ecs_task_definition" "hard" {
  family = "hard"
  container_definitions = jsonencode([{
    name             = "x"
    image            = var.image
    logConfiguration = { options = { "awslogs-region" = "us-east-2" } }
  }])
}
resource "aws_iam_role" "exec" {
  name = "${var.name}-exec"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}
resource "aws_iam_role_policy_attachment" "exec" {
  role       = aws_iam_role.exec.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
