# OpenCV's side of the flow bench: tracks grids with calcOpticalFlowPyrLK, one thread, on demand.
#
# One JSON request a line on stdin, one JSON answer a line on stdout:
#   {"clip": path, "width": w, "height": h, "grid": g, "radius": r, "from": a, "to": b}
#        frames a..b-1 of a raw gray clip, each against the one before it -> {"cpu": seconds}
#   {"pair": [path, path], "width": w, "height": h, "grid": g, "radius": r}
#        -> {"flow": [dx, dy, ...], "status": [...]}

import json
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
CRITERIA = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.03)
clips = {}


def read_clip(path, width, height):
    if path not in clips:
        clips.clear()
        clips[path] = np.fromfile(path, np.uint8).reshape(-1, height, width)
    return clips[path]


def grid_points(width, height, grid):
    start_x, start_y = min(grid // 2, width // 2), min(grid // 2, height // 2)
    xs, ys = range(start_x, width, grid), range(start_y, height, grid)
    return np.array([[x, y] for y in ys for x in xs], np.float32).reshape(-1, 1, 2)


def track(previous, following, points, radius):
    side = 2 * radius + 1
    return cv2.calcOpticalFlowPyrLK(
        previous, following, points, None, winSize=(side, side), maxLevel=3, criteria=CRITERIA
    )


def time_clip(request, points):
    frames = read_clip(request["clip"], request["width"], request["height"])
    begin = time.process_time()
    for k in range(request["from"], request["to"]):
        track(frames[k - 1], frames[k], points, request["radius"])
    return {"cpu": time.process_time() - begin}


def track_pair(request, points):
    shape = (request["height"], request["width"])
    previous, following = (np.fromfile(path, np.uint8).reshape(shape) for path in request["pair"])
    found, status, _ = track(previous, following, points, request["radius"])
    return {"flow": (found - points).ravel().tolist(), "status": status.ravel().tolist()}


print(json.dumps({"opencv": cv2.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    points = grid_points(request["width"], request["height"], request["grid"])
    answer = time_clip(request, points) if "clip" in request else track_pair(request, points)
    print(json.dumps(answer), flush=True)
