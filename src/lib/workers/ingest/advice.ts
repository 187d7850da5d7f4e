// What to do about each failure: a sentence per code.
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';

const ADVICE: Record<FailureCode, string> = {
	refused: 'Check the port, and that the camera’s video service is switched on.',
	unreachable: 'Check the address, and that this server is connected to the camera’s network.',
	unauthorized: 'Check the user and password; some cameras need a user made for streaming.',
	forbidden: 'Give this user the right to view the stream, or use another user.',
	no_such_host: 'Check the spelling of the host name, or use the camera’s IP address.',
	not_found: 'Check the path; the camera’s manual or web page names the stream’s address.',
	timed_out: 'Check that the camera is on and that no firewall stands between it and this server.',
	not_video: 'Check the address: it must lead to a video stream or a video file.',
	no_video_track: 'Use the address of a stream or file that contains video.',
	codec_unsupported: 'Set the camera to H.264 or H.265, or install an ffmpeg that decodes this codec.',
	too_large: 'Choose a smaller picture size in the camera, or its second stream.',
	truncated: 'Copy the file again; it is incomplete or was not closed properly.',
	ended: 'The stream is opened again by itself; check the camera if this happens often.',
	stalled: 'The stream is opened again by itself; check the camera’s network and load if this happens often.',
	resolution_changed: 'Nothing needs to be done: decoding starts again with the new size.',
	not_allowed: 'Ask the operator of this server to allow this address or folder, or use another.',
	bad_address: 'Give an address such as rtsp://user:password@host:554/path.',
	file_missing: 'Check the path and the spelling of the file’s name.',
	hardware_unavailable: 'Set hardware decoding to none or auto, or install the driver for it.',
	decoder_crashed: 'It is started again by itself; if it happens often, update ffmpeg and report the log.',
	decoder_missing: 'Install ffmpeg (Debian, Ubuntu: apt-get install ffmpeg) or set FFMPEG_PATH.',
	secret_unreadable:
		'Start the server with the VF_SECRET_KEY the address was stored with, or enter the address again.',
	capacity_reached: 'Stop another stream, raise VF_MAX_STREAMS, or add an instance.',
	worker_down: 'The stream is started again by itself; if it happens often, report the log.',
	unknown: 'See what ffmpeg printed below, and try the address in another player.'
};

const FILE_ADVICE: Partial<Record<FailureCode, string>> = {
	not_video: 'Use a video file, such as MP4 or MKV.',
	ended: 'The file is played again by itself; turn on looping to play it without a break.',
	too_large: 'Convert the file to a smaller picture size.',
	codec_unsupported: 'Convert the file to H.264, or install an ffmpeg that decodes this codec.',
	not_allowed: 'Make the file readable for the server, or move it to a media folder.'
};

export function advice(code: FailureCode, source: SourceConfig): string {
	return (source.kind === 'file' ? FILE_ADVICE[code] : undefined) ?? ADVICE[code];
}
