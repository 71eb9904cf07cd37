"""A gateway to practise with; no part of production. See the README of `ingest/gateway/`."""

from ingest.gateway.simulator.faults import Faults
from ingest.gateway.simulator.rest import LGSP_PATHS
from ingest.gateway.simulator.server import Simulator

__all__ = ["LGSP_PATHS", "Faults", "Simulator"]
