"""A plain Python/OpenCV worker that does a stream's whole job on one thread: the peer bench:pipeline measures against.

Reads a clip in real time, measures pyramidal Lucas-Kanade on the same grid, and a few times a second draws the arrows,
encodes a JPEG and base64s it. Prints one line of JSON: frames and CPU seconds of the measured window.

usage: opencv_worker.py CLIP ANALYSIS_WIDTH GRID WIN_RADIUS THRESHOLD PREVIEW_FPS PREVIEW_WIDTH QUALITY WARMUP_S WINDOW_S
"""

import base64
import json
import os
import sys
import time

os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "threads;1")

import cv2  # noqa: E402  (the option above is read when OpenCV opens a file)
import numpy as np  # noqa: E402

LEVELS = 3  # pyramid levels above the full picture: four in all


def grid_points(width, height, step):
    xs = np.arange(step // 2, width, step, dtype=np.float32)
    ys = np.arange(step // 2, height, step, dtype=np.float32)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 1, 2)


def resized(frame, width):
    height, source_width = frame.shape[:2]
    if width == 0 or width >= source_width:
        return frame
    return cv2.resize(frame, (width, round(height * width / source_width / 2) * 2), interpolation=cv2.INTER_LINEAR)


def draw_arrows(picture, points, flow, scale):
    for (x, y), (dx, dy) in zip(points, flow):
        tail = (round(x * scale), round(y * scale))
        head = (round((x + 2 * dx) * scale), round((y + 2 * dy) * scale))
        cv2.arrowedLine(picture, tail, head, (80, 220, 80), 1, cv2.LINE_AA, tipLength=0.3)


class Worker:
    def __init__(self, analysis_width, grid, radius, threshold, preview_fps, preview_width, quality):
        self.analysis_width, self.grid, self.threshold = analysis_width, grid, threshold
        self.window = (2 * radius + 1, 2 * radius + 1)
        self.preview_every, self.preview_width, self.quality = 1 / preview_fps, preview_width, quality
        self.previous, self.points, self.next_preview = None, None, 0.0
        self.bytes_out = 0

    def step(self, frame, at):
        gray = cv2.cvtColor(resized(frame, self.analysis_width), cv2.COLOR_BGR2GRAY)
        if self.previous is not None:
            self.measure(frame, gray, at)
        self.previous = gray

    def measure(self, frame, gray, at):
        if self.points is None:
            self.points = grid_points(gray.shape[1], gray.shape[0], self.grid)
        moved, status, _ = cv2.calcOpticalFlowPyrLK(
            self.previous, gray, self.points, None, winSize=self.window, maxLevel=LEVELS,
            criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.03))
        flow = (moved - self.points).reshape(-1, 2)
        magnitude = np.hypot(flow[:, 0], flow[:, 1])
        keep = (status.reshape(-1) == 1) & (magnitude > self.threshold)
        figures = self.figures(flow[keep], magnitude[keep])
        if at + 0.002 >= self.next_preview:
            self.next_preview = at + self.preview_every
            self.preview(frame, gray.shape[1], self.points.reshape(-1, 2)[keep], flow[keep], figures)

    def figures(self, flow, magnitude):
        if len(flow) == 0:
            return {"avg": 0.0, "max": 0.0, "count": 0}
        unit = (flow / magnitude[:, None]).mean(axis=0)
        return {"avg": float(magnitude.mean()), "max": float(magnitude.max()), "count": len(flow),
                "direction": float(np.degrees(np.arctan2(unit[0], -unit[1])) % 360), "coherence": float(np.hypot(*unit))}

    def preview(self, frame, analysis_width, points, flow, figures):
        picture = resized(frame, self.preview_width).copy()
        draw_arrows(picture, points, flow, picture.shape[1] / analysis_width)
        ok, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
        assert ok
        message = json.dumps({"jpeg": base64.b64encode(jpeg).decode(), "flow": figures})
        self.bytes_out += len(message)


def cpu_seconds():
    times = os.times()
    return times.user + times.system


def run(clip, worker, warmup, window):
    capture = cv2.VideoCapture(clip)
    rate = capture.get(cv2.CAP_PROP_FPS)
    start, index, measured, cpu_before = time.monotonic(), 0, 0, None
    while True:
        ok, frame = capture.read()
        if not ok:
            capture.release()
            capture = cv2.VideoCapture(clip)
            continue
        at = index / rate
        index += 1
        wait = start + at - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        worker.step(frame, at)
        if cpu_before is None and at >= warmup:
            cpu_before, measured = cpu_seconds(), 0
        measured += 1
        if cpu_before is not None and at >= warmup + window:
            return {"frames": measured, "cpuSeconds": cpu_seconds() - cpu_before, "bytesOut": worker.bytes_out}


def main():
    clip = sys.argv[1]
    width, grid, radius = (int(value) for value in sys.argv[2:5])
    threshold, preview_fps = float(sys.argv[5]), float(sys.argv[6])
    preview_width, quality = int(sys.argv[7]), int(sys.argv[8])
    warmup, window = float(sys.argv[9]), float(sys.argv[10])
    cv2.setNumThreads(1)
    worker = Worker(width, grid, radius, threshold, preview_fps, preview_width, quality)
    print(json.dumps(run(clip, worker, warmup, window)))


if __name__ == "__main__":
    main()
