"""The light beside a camera's lens, where its driver offers it: V4L2's flash control in torch mode, or a switch.

Linux media API, "Flash Control Reference": V4L2_CID_FLASH_LED_MODE with V4L2_FLASH_LED_MODE_NONE and _TORCH; webcams
with a lamp of their own sometimes have V4L2_CID_ILLUMINATORS_1 instead. Numbers are those of linux/v4l2-controls.h and
linux/videodev2.h. A camera without either, or one that is no V4L2 device, has no torch: that is an answer, no error.
"""

from __future__ import annotations

import fcntl
import os
import struct

FLASH_LED_MODE = 0x009C0901
ILLUMINATORS_1 = 0x00980900 + 37
OFF, TORCH, ON = 0, 2, 1
_CONTROL = struct.Struct("Ii")  # struct v4l2_control: id, value
S_CTRL = 3 << 30 | _CONTROL.size << 16 | ord("V") << 8 | 28  # VIDIOC_S_CTRL: read and write, size, 'V', 28


def set_torch(source: str, on: bool) -> bool:
    """Switch the light of camera `source` (a device number or path); whether the camera has one and obeyed."""
    path = f"/dev/video{source}" if source.isdigit() else source
    if not path.startswith("/dev/"):
        return False
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return _set(device, FLASH_LED_MODE, TORCH if on else OFF) or _set(device, ILLUMINATORS_1, ON if on else OFF)
    finally:
        os.close(device)


def _set(device: int, control: int, value: int) -> bool:
    try:
        fcntl.ioctl(device, S_CTRL, _CONTROL.pack(control, value))
    except OSError:  # no such control, or no camera at all
        return False
    return True
