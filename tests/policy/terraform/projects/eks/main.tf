data "aws_caller_identity" "c" {}
resource "aws_iam_role" "irsa" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = module.eks.oidc_provider_arn }
      Condition = { StringEquals = { "${module.eks.oidc_provider}:sub" = "system:serviceaccount:kube-system:x" } }
    }]
  })
}
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"
}
resource "aws_iam_policy" "alb" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = ["elasticloadbalancing:DescribeLoadBalancers", "ec2:DescribeSubnets"], Resource = "*" },
    { Effect = "Allow", Action = ["elasticloadbalancing:AddTags"], Resource = "arn:aws:elasticloadbalancing:*:*:targetgroup/*/*", Condition = { Null = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "false" } } },
    { Effect = "Allow", Action = "iam:CreateServiceLinkedRole", Resource = "*", Condition = { StringEquals = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" } } }
  ] })
}
resource "aws_iam_role" "node" {
  assume_role_policy = <<EOF
{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}
EOF
}
resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"])
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}
# found: TAP_IAM_6
resource "aws_iam_role_policy_attachment" "bad" {
  for_each   = toset(["IAMFullAccess"])
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}
