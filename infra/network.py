"""A network for one task at night: out to AWS over TLS, and no way in.

One public subnet, as a private one needs a NAT gateway or an endpoint for each service: more than all of the rest of
the night costs. What reads the lake goes by the gateway endpoint, which is free.
"""

from __future__ import annotations

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.permissions import acknowledge

_RANGE = "10.71.0.0/26"


class Network(Construct):
    """A VPC, a subnet, a gateway out, and a security group that lets nothing in."""

    def __init__(self, scope: Construct, name: str, *, region: str) -> None:
        super().__init__(scope, name)
        vpc = ec2.CfnVPC(self, "Vpc", cidr_block=_RANGE, enable_dns_hostnames=True, enable_dns_support=True)
        acknowledge(vpc, "AwsSolutions-VPC7", "Nothing listens in it; what its one task calls of AWS is in CloudTrail.")
        subnet = ec2.CfnSubnet(
            self,
            "Subnet",
            vpc_id=vpc.ref,
            cidr_block=_RANGE,
            availability_zone=Fn.select(0, Fn.get_azs()),
            map_public_ip_on_launch=False,
        )
        table = _way_out(self, vpc, subnet)
        ec2.CfnVPCEndpoint(
            self,
            "S3",
            vpc_id=vpc.ref,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.ref],
        )
        group = ec2.CfnSecurityGroup(
            self,
            "NoWayIn",
            group_description="Batch: nothing comes in, calls of AWS go out",
            vpc_id=vpc.ref,
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp", from_port=443, to_port=443, cidr_ip="0.0.0.0/0", description="AWS over TLS"
                )
            ],
        )
        self.subnet_id = subnet.ref
        self.security_group_id = group.attr_group_id


def _way_out(scope: Construct, vpc: ec2.CfnVPC, subnet: ec2.CfnSubnet) -> ec2.CfnRouteTable:
    gateway = ec2.CfnInternetGateway(scope, "Gateway")
    attached = ec2.CfnVPCGatewayAttachment(scope, "Attached", vpc_id=vpc.ref, internet_gateway_id=gateway.ref)
    table = ec2.CfnRouteTable(scope, "Routes", vpc_id=vpc.ref)
    route = ec2.CfnRoute(
        scope, "Out", route_table_id=table.ref, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.ref
    )
    route.add_resource_dependency(attached)
    ec2.CfnSubnetRouteTableAssociation(scope, "RoutesOfSubnet", route_table_id=table.ref, subnet_id=subnet.ref)
    return table
