// Finds a Python that has OpenCV: the peer every speed claim is measured against.
import { execFileSync } from 'node:child_process';

/** Path of a Python with `cv2`. Throws with the command that installs it. */
export function pythonWithOpenCv(): { path: string; version: string } {
	for (const path of [process.env['PYTHON'], '/usr/bin/python3', 'python3']) {
		if (!path) continue;
		try {
			const version = execFileSync(path, ['-c', 'import cv2; print(cv2.__version__)'], {
				encoding: 'utf8',
				stdio: ['ignore', 'pipe', 'ignore']
			});
			return { path, version: version.trim() };
		} catch {
			// Not this one: it is absent, or has no OpenCV.
		}
	}
	throw new Error('This bench measures against OpenCV. Install it: apt-get install -y python3-opencv');
}
