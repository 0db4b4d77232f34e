"""Which right each command needs: one table for screens and REST."""

from core.accounts import Right
from core.fleet.model import CommandKind

RIGHT_OF: dict[CommandKind, Right] = {
    CommandKind.START: Right.COMMAND_MOWERS,
    CommandKind.PAUSE: Right.COMMAND_MOWERS,
    CommandKind.RESUME: Right.COMMAND_MOWERS,
    CommandKind.RETURN: Right.COMMAND_MOWERS,
    CommandKind.HALT: Right.COMMAND_MOWERS,
    CommandKind.STOP: Right.SERVICE_MOWERS,  # cancels the task: what was mown of it is forgotten
    CommandKind.LEAVE_DOCK: Right.SERVICE_MOWERS,
    CommandKind.RESTART: Right.SERVICE_MOWERS,
}
