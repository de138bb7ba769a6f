"""The stores' devices: what they are in AWS IoT, the one role they share, and the edge as a Greengrass component.

A device is a thing named like its `device_id`, of a thing type named like its `store_id`. AWS IoT puts both into the
role's policy, so that one role gives each device its own prefix of the clips and nothing of another's
(https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from aws_cdk import aws_greengrassv2 as greengrass
from aws_cdk import aws_iot as iot
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra.names import EDGE_POLICY, EDGE_ROLE, EDGE_ROLE_ALIAS, STREAM, THING_GROUP, Names
from infra.permissions import Allow, grant, service_role
from infra.settings import ROOT, Settings

RECIPE = ROOT / "packaging/edge/greengrass.yaml"
OWN_PREFIX = "${credentials-iot:ThingTypeName}/${credentials-iot:ThingName}"
"""`store_id/device_id`, as edge/clips/uploads.py names a clip's objects."""
_THING = "${iot:Connection.Thing.ThingName}"


class Fleet(Construct):
    """A group of things, their policy, their role behind an alias, and the component."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, key: kms.IKey, artifacts: Path) -> None:
        super().__init__(scope, name)
        names = settings.names
        self.role = service_role(self, "Role", service="credentials.iot.amazonaws.com", role_name=EDGE_ROLE)
        allowed = device_permissions(names, key.key_arn)
        if settings.fleet.has_component:
            zipped = assets.Asset(self, "Artifacts", path=str(artifacts))
            component = _component(self, zipped)
            allowed = (
                *allowed,
                Allow(
                    sid="LoadTheComponent",
                    actions=("s3:GetObject",),
                    resources=(f"{zipped.bucket.bucket_arn}/{zipped.s3_object_key}",),
                ),
            )
            component.node.add_dependency(self.role)
        grant(self.role, *allowed)
        alias = iot.CfnRoleAlias(
            self,
            "Alias",
            role_alias=EDGE_ROLE_ALIAS,
            role_arn=self.role.role_arn,
            credential_duration_seconds=settings.fleet.credential_seconds,
        )
        self.policy = iot.CfnPolicy(self, "Policy", policy_name=EDGE_POLICY, policy_document=iot_policy(names))
        self.policy.add_resource_dependency(alias)
        self.group = iot.CfnThingGroup(
            self,
            "Things",
            thing_group_name=THING_GROUP,
            thing_group_properties=iot.CfnThingGroup.ThingGroupPropertiesProperty(
                thing_group_description="Edge devices of store traffic; the thing type of each is its store"
            ),
        )


def device_permissions(names: Names, key_arn: str) -> tuple[Allow, ...]:
    """Return what a device may do: put events into the one stream, and its own clips below its own prefix."""
    return (
        Allow(
            sid="SendEvents",
            # The second is what `edge doctor` looks at: whether the stream is there.
            actions=("kinesis:PutRecords", "kinesis:DescribeStreamSummary"),
            resources=(names.arn("kinesis", f"stream/{STREAM}"),),
        ),
        Allow(
            sid="PutOwnClips",
            actions=("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"),
            resources=(names.objects("clips", f"{OWN_PREFIX}/*"),),
            why_open="A clip's name has its day and id; all lie below the device's own prefix.",
        ),
        Allow(
            sid="EncryptForStreamAndClips",
            actions=("kms:GenerateDataKey",),
            resources=(key_arn,),
            conditions={
                "StringEquals": {
                    "kms:ViaService": [f"{service}.{names.region}.amazonaws.com" for service in ("kinesis", "s3")]
                }
            },
        ),
    )


def iot_policy(names: Names) -> dict[str, Any]:
    """Return what a device's certificate may do in AWS IoT: fetch its credentials, and be deployed to by Greengrass."""
    statement = {
        "Credentials": (["iot:AssumeRoleWithCertificate"], [names.arn("iot", f"rolealias/{EDGE_ROLE_ALIAS}")]),
        "Connect": (["iot:Connect"], [names.arn("iot", f"client/{_THING}*")]),
        "Talk": (
            ["iot:Publish", "iot:Receive"],
            [
                names.arn("iot", f"topic/$aws/things/{_THING}/greengrass/*"),
                names.arn("iot", f"topic/$aws/things/{_THING}/greengrassv2/*"),
                names.arn("iot", f"topic/$aws/things/{_THING}/jobs/*"),
                names.arn("iot", f"topic/$aws/things/{_THING}/shadow/*"),
            ],
        ),
        "Listen": (
            ["iot:Subscribe"],
            [
                names.arn("iot", f"topicfilter/$aws/things/{_THING}/greengrass/*"),
                names.arn("iot", f"topicfilter/$aws/things/{_THING}/greengrassv2/*"),
                names.arn("iot", f"topicfilter/$aws/things/{_THING}/jobs/*"),
                names.arn("iot", f"topicfilter/$aws/things/{_THING}/shadow/*"),
            ],
        ),
        "Greengrass": (
            ["greengrass:GetDeploymentConfiguration", "greengrass:ListThingGroupsForCoreDevice"],
            [names.arn("greengrass", f"coreDevices:{_THING}")],
        ),
        "Components": (
            ["greengrass:GetComponentVersionArtifact", "greengrass:ResolveComponentCandidates"],
            [names.arn("greengrass", "components:store.traffic.Edge:versions:*"), _public_components(names)],
        ),
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
            for sid, (actions, resources) in statement.items()
        ],
    }


def recipe(*, archive_url: str, archive_stem: str, text: str) -> str:
    """Return the recipe with its artifacts in one zip, as a deployment's assets are.

    Args:
        archive_url: `s3://…` of the zip.
        archive_stem: the zip's name without .zip; Greengrass unpacks it into a folder of that name.
        text: the recipe of `packaging/edge`.
    """
    written = yaml.safe_load(text)
    (manifest,) = written["Manifests"]
    manifest["Artifacts"] = [{"Uri": archive_url, "Unarchive": "ZIP", "Permission": {"Read": "OWNER"}}]
    install = manifest["Lifecycle"]["Install"]
    install["Script"] = install["Script"].replace("{artifacts:path}", f"{{artifacts:decompressedPath}}/{archive_stem}")
    configuration = written["ComponentConfiguration"]["DefaultConfiguration"]
    configuration["stream"] = STREAM
    return yaml.safe_dump(written, sort_keys=False)


def _component(scope: Construct, zipped: assets.Asset) -> greengrass.CfnComponentVersion:
    stem = zipped.s3_object_key.removesuffix(".zip")
    return greengrass.CfnComponentVersion(
        scope,
        "Component",
        inline_recipe=recipe(
            archive_url=zipped.s3_object_url, archive_stem=stem, text=RECIPE.read_text(encoding="utf-8")
        ),
    )


def _public_components(names: Names) -> str:
    # AWS's own components, the nucleus among them, belong to an account named aws.
    return f"arn:aws:greengrass:{names.region}:aws:components:*"
