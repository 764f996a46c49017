"""The local video engine. Importing it loads neither av nor numpy: those live in its worker processes."""

from studio.engine.catalogue import describe, describe_scene, examples, ideas, scene_examples, scene_ideas
from studio.engine.client import configure
from studio.engine.errors import EngineError, EngineFailed, EngineStopped, MediaRefused
from studio.engine.explain import explain
from studio.engine.limits import Limits, Probe
from studio.engine.mezzanine import can_stand_for, is_worth_keeping
from studio.engine.parser import parse
from studio.engine.plan import Plan, Step
from studio.engine.service import (
    RenderSpec,
    effects_sheet,
    filmstrip,
    photo,
    poster,
    probe,
    render,
    rendition,
    transcode,
    waveform,
)
from studio.engine.timeline import beds_of

__all__ = [
    "EngineError",
    "EngineFailed",
    "EngineStopped",
    "Limits",
    "MediaRefused",
    "Plan",
    "Probe",
    "RenderSpec",
    "Step",
    "beds_of",
    "can_stand_for",
    "configure",
    "describe",
    "describe_scene",
    "effects_sheet",
    "examples",
    "explain",
    "filmstrip",
    "ideas",
    "is_worth_keeping",
    "parse",
    "photo",
    "poster",
    "probe",
    "render",
    "rendition",
    "scene_examples",
    "scene_ideas",
    "transcode",
    "waveform",
]
