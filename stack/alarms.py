"""Alarms: the first sign of what nobody may overlook tells the topic. Used by whoever makes what is watched over."""

from collections.abc import Mapping

from constructs import Construct

from stack.bindings import CloudwatchMetricAlarm
from stack.settings import Settings


class Alarm(CloudwatchMetricAlarm):
    """Tells the topic as soon as a metric of AWS is above zero within a minute.

    Args:
        of: what is watched over; with the metric's name, the alarm's name.
        metric: namespace and name, such as `AWS/SQS ApproximateNumberOfMessagesVisible`.
        meaning: what happened, and what to do.
        name: how the alarm is called, if not after the metric.
        statistic: `Sum` of what happens, `Maximum` of what is there.
    """

    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        of: str,
        metric: str,
        meaning: str,
        dimensions: Mapping[str, str],
        *,
        construct_id: str = "",
        name: str = "",
        statistic: str = "Sum",
    ) -> None:
        namespace, metric_name = metric.split()
        super().__init__(
            scope,
            construct_id or f"{metric_name}-alarm",
            alarm_name=f"{of}-{name or metric_name}",
            alarm_description=meaning,
            namespace=namespace,
            metric_name=metric_name,
            dimensions=dict(dimensions),
            statistic=statistic,
            period=60,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=[settings.topic_arn],
            ok_actions=[settings.topic_arn]
            if statistic == "Maximum"
            else [],  # that it is over is news of a state alone
        )
