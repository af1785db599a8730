"""What holds data, by its Terraform type: everything but what is known to hold none. Plans, `tap destroy` and
`tap cleanup` ask.

A type that is not here counts as data, whether it does (databases, file systems, streams, secrets, parameters, user
pools, repositories, backups, keys, log groups) or nobody has looked yet: then its replacement needs `--allow-replace`
once too often, which is better than once too seldom. A type may be added when its arguments are all that it is, so that
Terraform makes the same again, and nothing writes into it but the deployments of its stack.
"""

# Beside each group: why it is here, and what is not. https://registry.terraform.io/providers/hashicorp/aws/latest/docs
_COMPUTING = """
aws_lambda_alias aws_lambda_event_source_mapping aws_lambda_function aws_lambda_function_event_invoke_config
aws_lambda_layer_version aws_lambda_layer_version_permission aws_lambda_permission
aws_lambda_provisioned_concurrency_config
aws_sfn_activity aws_sfn_alias aws_sfn_state_machine
aws_ecs_cluster aws_ecs_cluster_capacity_providers aws_ecs_service aws_ecs_task_definition
aws_launch_template aws_appautoscaling_policy aws_appautoscaling_scheduled_action aws_appautoscaling_target
"""  # code that is sent from here. An instance has disks, an EKS cluster a database, a function's URL is given away
_EVENTS = """
aws_cloudwatch_event_permission aws_cloudwatch_event_rule aws_cloudwatch_event_target aws_scheduler_schedule
aws_scheduler_schedule_group aws_pipes_pipe aws_sns_topic_policy aws_sns_topic_subscription aws_sqs_queue_policy
aws_sqs_queue_redrive_allow_policy aws_sqs_queue_redrive_policy
"""  # rules, and who is told (by mail, confirmed anew). A queue and an archive hold messages, and so may a FIFO
# topic: https://docs.aws.amazon.com/sns/latest/dg/fifo-message-archiving-replay.html
_APIS = """
aws_api_gateway_account aws_api_gateway_authorizer aws_api_gateway_base_path_mapping aws_api_gateway_deployment
aws_api_gateway_documentation_part aws_api_gateway_documentation_version aws_api_gateway_gateway_response
aws_api_gateway_integration aws_api_gateway_integration_response aws_api_gateway_method
aws_api_gateway_method_response aws_api_gateway_method_settings aws_api_gateway_model
aws_api_gateway_request_validator aws_api_gateway_resource aws_api_gateway_rest_api aws_api_gateway_rest_api_policy
aws_api_gateway_stage aws_api_gateway_usage_plan aws_api_gateway_usage_plan_key
aws_apigatewayv2_api aws_apigatewayv2_api_mapping aws_apigatewayv2_authorizer aws_apigatewayv2_deployment
aws_apigatewayv2_integration aws_apigatewayv2_integration_response aws_apigatewayv2_model aws_apigatewayv2_route
aws_apigatewayv2_route_response aws_apigatewayv2_stage
"""  # routes. A key of an API is a secret
_PERMISSIONS = """
aws_iam_group aws_iam_group_membership aws_iam_group_policy aws_iam_group_policy_attachment aws_iam_instance_profile
aws_iam_policy aws_iam_policy_attachment aws_iam_role aws_iam_role_policies_exclusive aws_iam_role_policy
aws_iam_role_policy_attachment aws_iam_role_policy_attachments_exclusive aws_iam_service_linked_role
aws_iam_user_policy aws_iam_user_policy_attachment aws_kms_alias aws_s3_access_point aws_s3control_access_point_policy
aws_secretsmanager_secret_policy aws_ecr_repository_policy aws_efs_file_system_policy aws_dynamodb_resource_policy
aws_kinesis_resource_policy aws_cloudwatch_log_resource_policy
"""  # who may do what. A user has passwords and keys; a key's policy is the key's
_SETTINGS = """
aws_s3_account_public_access_block aws_s3_bucket_accelerate_configuration aws_s3_bucket_acl
aws_s3_bucket_cors_configuration aws_s3_bucket_lifecycle_configuration aws_s3_bucket_logging aws_s3_bucket_metric
aws_s3_bucket_notification aws_s3_bucket_ownership_controls aws_s3_bucket_policy aws_s3_bucket_public_access_block
aws_s3_bucket_replication_configuration aws_s3_bucket_request_payment_configuration
aws_s3_bucket_server_side_encryption_configuration aws_s3_bucket_versioning aws_s3_bucket_website_configuration
aws_db_parameter_group aws_db_subnet_group aws_rds_cluster_parameter_group aws_elasticache_parameter_group
aws_elasticache_subnet_group aws_dax_parameter_group aws_dax_subnet_group aws_redshift_parameter_group
aws_redshift_subnet_group aws_ecr_lifecycle_policy aws_efs_backup_policy aws_efs_mount_target
aws_secretsmanager_secret_rotation aws_ssm_association
"""  # how something behaves that itself holds data. An object of a bucket is data
_NETWORK = """
aws_default_network_acl aws_default_route_table aws_default_security_group aws_egress_only_internet_gateway
aws_flow_log aws_internet_gateway aws_internet_gateway_attachment aws_main_route_table_association aws_nat_gateway
aws_network_acl aws_network_acl_association aws_network_acl_rule aws_route aws_route_table
aws_route_table_association aws_security_group aws_security_group_rule aws_subnet aws_vpc aws_vpc_dhcp_options
aws_vpc_dhcp_options_association aws_vpc_endpoint aws_vpc_endpoint_policy aws_vpc_endpoint_route_table_association
aws_vpc_endpoint_security_group_association aws_vpc_endpoint_subnet_association aws_vpc_ipv4_cidr_block_association
aws_vpc_security_group_egress_rule aws_vpc_security_group_ingress_rule
aws_alb aws_alb_listener aws_alb_listener_rule aws_alb_target_group aws_alb_target_group_attachment
aws_lb aws_lb_listener aws_lb_listener_certificate aws_lb_listener_rule aws_lb_target_group
aws_lb_target_group_attachment aws_wafv2_web_acl aws_wafv2_web_acl_association
"""  # what is connected. An address that AWS chose for good (aws_eip) and a zone of DNS can't be had again
_WATCHING = """
aws_cloudwatch_composite_alarm aws_cloudwatch_dashboard aws_cloudwatch_log_metric_filter
aws_cloudwatch_log_subscription_filter aws_cloudwatch_metric_alarm aws_cloudwatch_query_definition
aws_xray_group aws_xray_sampling_rule aws_budgets_budget
"""  # who watches. A log group holds the logs
_NOWHERE = "null_resource terraform_data time_sleep time_static random_id random_integer random_pet random_string"
# In Terraform's state alone. A random password and a private key are secrets

STATELESS = frozenset(
    " ".join((_COMPUTING, _EVENTS, _APIS, _PERMISSIONS, _SETTINGS, _NETWORK, _WATCHING, _NOWHERE)).split()
)


def holds_data(type_: str) -> bool:
    """Whether something of this Terraform type has to be taken for what can't be made again."""
    return type_ not in STATELESS
