// Why a source gives no frames: stable codes that the API, the logs and the page share.

export const FAILURE_CODES = [
	'refused', // nothing listens at that host and port
	'unreachable', // no route to the host or network
	'unauthorized', // user or password missing or wrong
	'forbidden', // the camera knows the user and refuses
	'no_such_host', // the name does not resolve
	'not_found', // the host answers, the path does not exist
	'timed_out', // no answer in time
	'not_video', // what answers is not a video stream or file
	'no_video_track', // readable, but audio or data only
	'codec_unsupported', // this ffmpeg cannot decode the codec
	'too_large', // the picture is larger than the server decodes
	'truncated', // the file breaks off before its index or first frame
	'ended', // the source closed the stream
	'stalled', // connected, but no frame within the stream's time limit
	'resolution_changed', // the picture size changed; decoding starts again
	'not_allowed', // the address or path is outside what the operator allows
	'bad_address', // not an address this server can read
	'file_missing', // no such file
	'secret_unreadable', // the stored address cannot be decrypted with this VF_SECRET_KEY
	'hardware_unavailable', // the chosen hardware decoder does not work here
	'decoder_crashed', // ffmpeg died
	'decoder_missing', // no ffmpeg on this machine
	'worker_down', // the worker thread died
	'capacity_reached', // this instance runs as many streams as it may (VF_MAX_STREAMS)
	'unknown'
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** A cause told in words. `message` never holds credentials. */
export interface SourceFailure {
	code: FailureCode;
	/** What happened and to what: "Connection refused by 10.20.4.31:554". */
	message: string;
	/** What to do about it, as a sentence. */
	advice: string;
	/** The first lines ffmpeg printed, masked; empty when it said nothing. */
	evidence: string;
}
