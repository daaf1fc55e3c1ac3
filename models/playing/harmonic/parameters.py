"""Parameters of notes whose partials a bank plays."""

from rtaudiogen.generator import Parameter

DRAWN, SHAPED, WHOLE = 0, 1, 2
_LABELS = {DRAWN: "network", SHAPED: "noise", WHOLE: "network alone"}


def harmonic_parameters(ways: tuple[int, ...]) -> tuple[Parameter, ...]:
    """Return the further parameters of such a model, by its ways to make the sound."""
    return (
        Parameter(
            "source", "Source", 0.0, max(len(ways) - 1.0, 1.0), 0.0, stepped=True,
            labels=tuple(_LABELS[way] for way in ways), smoothing_ms=0.0,
            help="source of the rest beside the partials of a new note: the network, or noise "
            "in 24 bands; or the network draws the whole note",
        ),
        Parameter(
            "breath", "Breath", 0.0, 4.0, 1.0, "×",
            help="level of breath, bow and hammer beside the partials: 1 as recorded",
        ),
    )  # fmt: skip
