"""The image of the batch jobs: AWS CodeBuild makes it from our sources, so that nobody needs Docker to deploy."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CustomResource, RemovalPolicy
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.function import Function
from infra.names import IMAGE_PROJECT, IMAGE_REPOSITORY, Names
from infra.permissions import Allow, acknowledge, grant, service_role

NEWEST = "newest"
"""The tag that the task runs: where a build fails the night goes on with the image before, and an alarm tells."""
_LOG_GROUP = f"/aws/codebuild/{IMAGE_PROJECT}"


class BatchImage(Construct):
    """A repository, a build of each source, and who starts it."""

    def __init__(
        self, scope: Construct, name: str, *, names: Names, key: kms.IKey, source: Path, operations: Path
    ) -> None:
        super().__init__(scope, name)
        zipped = assets.Asset(self, "Source", path=str(source))
        tag = zipped.asset_hash[:16]
        self.repository = _repository(self, key)
        project = _project(self, names, key, zipped, tag)
        _built(self, names, key, operations, tag).node.add_dependency(project, self.repository)


def _repository(scope: Construct, key: kms.IKey) -> ecr.Repository:
    return ecr.Repository(
        scope,
        "Images",
        repository_name=IMAGE_REPOSITORY,
        encryption=ecr.RepositoryEncryption.KMS,
        encryption_key=key,
        image_scan_on_push=True,
        image_tag_mutability=ecr.TagMutability.MUTABLE,
        lifecycle_rules=[ecr.LifecycleRule(max_image_count=5, description="The newest five")],
        removal_policy=RemovalPolicy.DESTROY,
        empty_on_delete=False,
    )


def _project(scope: Construct, names: Names, key: kms.IKey, source: assets.Asset, tag: str) -> codebuild.CfnProject:
    role = service_role(scope, "BuildRole", service="codebuild.amazonaws.com", role_name=IMAGE_PROJECT)
    logs.LogGroup(
        scope,
        "BuildLog",
        log_group_name=_LOG_GROUP,
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )
    policy = grant(role, *build_permissions(names, key.key_arn, f"{source.bucket.bucket_arn}/{source.s3_object_key}"))
    project = codebuild.CfnProject(
        scope,
        "ImageProject",
        name=IMAGE_PROJECT,
        description="Makes the image of the batch jobs",
        service_role=role.role_arn,
        encryption_key=key.key_arn,
        artifacts=codebuild.CfnProject.ArtifactsProperty(type="NO_ARTIFACTS"),
        environment=codebuild.CfnProject.EnvironmentProperty(
            type="LINUX_CONTAINER",
            compute_type="BUILD_GENERAL1_MEDIUM",
            image="aws/codebuild/standard:7.0",
            privileged_mode=True,
        ),
        source=codebuild.CfnProject.SourceProperty(
            type="S3",
            location=f"{source.s3_bucket_name}/{source.s3_object_key}",
            build_spec=_build_spec(names, tag),
        ),
        logs_config=codebuild.CfnProject.LogsConfigProperty(
            cloud_watch_logs=codebuild.CfnProject.CloudWatchLogsConfigProperty(status="ENABLED", group_name=_LOG_GROUP)
        ),
        timeout_in_minutes=30,
    )
    acknowledge(project, "AwsSolutions-CB3", "Making an image needs Docker; the project runs our own sources only.")
    project.node.add_dependency(policy)
    return project


def build_permissions(names: Names, key_arn: str, source_arn: str) -> tuple[Allow, ...]:
    """Return what the build may do: read its source, push one repository's image, write its log."""
    return (
        Allow(sid="ReadSource", actions=("s3:GetObject", "s3:GetObjectVersion"), resources=(source_arn,)),
        Allow(
            sid="LogIn",
            actions=("ecr:GetAuthorizationToken",),
            resources=("*",),
            why_open="The login is for the whole registry; what may be pushed is the statement beside it.",
        ),
        Allow(
            sid="PushImage",
            actions=(
                "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart",
                "ecr:CompleteLayerUpload", "ecr:PutImage", "ecr:BatchGetImage",
            ),
            resources=(names.arn("ecr", f"repository/{IMAGE_REPOSITORY}"),),
        ),
        Allow(
            sid="WriteLog",
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(names.log_streams(_LOG_GROUP),),
            why_open="CodeBuild chooses the names of its log's streams; the log itself is named.",
        ),
        Allow(sid="Decrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
    )  # fmt: skip


def _build_spec(names: Names, tag: str) -> str:
    registry = f"{names.account}.dkr.ecr.{names.region}.amazonaws.com"
    image, newest = (f"{registry}/{IMAGE_REPOSITORY}:{each}" for each in (tag, NEWEST))
    return "\n".join(
        (
            "version: 0.2",
            "phases:",
            "  build:",
            "    commands:",
            f"      - aws ecr get-login-password | docker login --username AWS --password-stdin {registry}",
            f"      - docker build --file Containerfile --tag {image} --tag {newest} .",
            f"      - docker push {image}",
            f"      - docker push {newest}",
        )
    )


def _built(scope: Construct, names: Names, key: kms.IKey, operations: Path, tag: str) -> CustomResource:
    function = Function(
        scope,
        "Builder",
        names=names,
        what="build-image",
        handler="infra.functions.build_image.handler",
        code=operations,
        key=key,
        allowed=(
            Allow(
                sid="StartTheBuild",
                actions=("codebuild:StartBuild",),
                resources=(names.arn("codebuild", f"project/{IMAGE_PROJECT}"),),
            ),
        ),
    )
    return CustomResource(
        scope,
        "Built",
        service_token=function.function.function_arn,
        resource_type="Custom::BatchImage",
        properties={"Project": IMAGE_PROJECT, "Tag": tag},
    )
