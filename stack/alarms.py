"""Alarms: the first sign of what nobody may overlook tells the topic. Used by whoever makes what is watched over."""

from collections.abc import Mapping

from constructs import Construct

from stack.bindings import CloudwatchMetricAlarm
from stack.settings import Settings


def alarm(
    scope: Construct,
    settings: Settings,
    of: str,
    metric: str,
    meaning: str,
    dimensions: Mapping[str, str],
    *,
    construct: str = "",
    name: str = "",
    statistic: str = "Sum",
) -> None:
    """Tells the topic as soon as a metric of AWS is above zero within a minute.

    Args:
        of: what is watched over; with the metric's name, or with `name`, the alarm's name.
        metric: namespace and name, such as `AWS/SQS ApproximateNumberOfMessagesVisible`.
        meaning: what happened, and what to do.
        construct: begins the construct's id; the metric's name does if not.
        statistic: `Sum` of what happens; `Maximum` of what is there, whose end is news as well.
    """
    namespace, metric_name = metric.split()
    CloudwatchMetricAlarm(
        scope,
        f"{construct or metric_name}-alarm",
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
        ok_actions=[settings.topic_arn] if statistic == "Maximum" else [],
    )
