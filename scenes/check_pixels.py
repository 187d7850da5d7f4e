"""Compares a loop's pixels with its truth: python3 check_pixels.py SCENE. Lucas-Kanade, stillness, and the seam."""

import gzip
import json
import sys
from pathlib import Path

import cv2
import numpy as np

LOOPS = Path(__file__).parent / "loops"
LUCAS_KANADE = dict(winSize=(15, 15), maxLevel=3, criteria=(3, 20, 0.02))
LEAST_PIXELS = 250  # objects a tracker would follow
LEAST_MOTION = 0.5  # px a frame
LEAST_POINTS = 250  # fewer say nothing: the yard's passing cars are dark, and behind a fence


def read_lines(path):
    with gzip.open(path) as file:
        return [json.loads(line) for line in file]


def read_gray(path):
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        found, frame = capture.read()
        if not found:
            return frames
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


def track(a, b, points):
    """Displacements of points from a to b, and which of them come back to within 0.7 px when tracked from b to a."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(a, b, points, None, **LUCAS_KANADE)
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(b, a, there, None, **LUCAS_KANADE)
    returned = np.linalg.norm((back - points).reshape(-1, 2), axis=1) < 0.7
    return (there - points).reshape(-1, 2), (found.ravel() > 0) & (found_back.ravel() > 0) & returned


def moving_errors(frames, truth, flow):
    """Per class: [endpoint error, true speed] of every tracked point on something that moves, in px."""
    errors = {}
    for line in flow:
        f = line["f"]
        if f + 1 >= len(frames):
            continue
        objects = {o["id"]: o for o in truth[f]["objs"]}
        points = [p for p in line["pts"] if objects[p[4]]["px"] > LEAST_PIXELS]
        if not points:
            continue
        values = np.array(points, float)
        starts = values[:, :2].astype(np.float32).reshape(-1, 1, 2)
        moved, good = track(frames[f], frames[f + 1], starts)
        error = np.linalg.norm(moved - values[:, 2:4], axis=1)
        speed = np.linalg.norm(values[:, 2:4], axis=1)
        for k in np.flatnonzero(good & (speed > LEAST_MOTION)):
            errors.setdefault(objects[int(values[k, 4])]["cls"], []).append((error[k], speed[k]))
    return {name: np.array(pairs) for name, pairs in errors.items()}


def still_motion(frames, truth):
    """Motion that Lucas-Kanade finds on corners far from everything that moves, in px."""
    found = []
    for f in range(0, len(frames) - 1, 25):
        mask = np.full(frames[f].shape, 255, np.uint8)
        for o in truth[f]["objs"]:
            left, top, right, bottom = map(int, o["box"])
            mask[max(0, top - 30) : max(0, bottom + 60), max(0, left - 120) : max(0, right + 120)] = 0
        corners = cv2.goodFeaturesToTrack(frames[f], 400, 0.02, 8, mask=mask)
        if corners is not None:
            moved, good = track(frames[f], frames[f + 1], corners)
            found += list(np.linalg.norm(moved[good], axis=1))
    return np.array(found)


def seam_share(frames):
    """Mean difference from the last frame to the first, over that of the other key frames to the frame before."""
    step = lambda i: np.abs(frames[i].astype(int) - frames[i - 1]).mean()
    return step(0) / np.median([step(i) for i in range(50, len(frames), 50)])


def report(what, value, unit, limit):
    good = value <= limit
    print(f"  {'ok ' if good else 'OFF'} {what}: {value:.3f} {unit} (at most {limit})")
    return good


def main(scene):
    frames = read_gray(LOOPS / f"{scene}.mp4")
    truth = read_lines(LOOPS / f"{scene}.truth.jsonl.gz")
    flow = read_lines(LOOPS / f"{scene}.flow.jsonl.gz")
    results = [len(frames) == len(truth)]
    for name, pairs in sorted(moving_errors(frames, truth, flow).items()):
        error, speed = np.median(pairs, axis=0)
        what = f"Lucas-Kanade on {name}, n={len(pairs)}, median speed {speed:.1f} px, median endpoint error"
        good = report(what, error, "px", 2.0 if len(pairs) >= LEAST_POINTS else np.inf)
        results.append(good)
    still = still_motion(frames, truth)
    results.append(report(f"still corners, n={len(still)}, median motion", np.median(still), "px", 0.02))
    results.append(report("still corners, 95th percentile", np.percentile(still, 95), "px", 0.3))
    results.append(report("seam, over other key frames", seam_share(frames), "times", 1.5))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
