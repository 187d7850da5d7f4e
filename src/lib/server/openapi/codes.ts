// What every code means and what to do about it: the words of docs/reference/errors.md.
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { ProblemCode } from '#lib/contracts/problem.ts';

interface CodeWords {
	meaning: string;
	remedy: string;
}

export const PROBLEM_WORDS: Record<ProblemCode, CodeWords> = {
	invalid_input: {
		meaning: 'A field, or a parameter of the query, is not valid; `errors` lists each with its path.',
		remedy: 'Correct what `errors` names.'
	},
	bad_json: { meaning: 'The body is not JSON.', remedy: 'Send JSON.' },
	unauthenticated: {
		meaning: 'Nobody is signed in, or the key is not valid.',
		remedy: 'Sign in, or send `Authorization: Bearer <key>`.'
	},
	forbidden: {
		meaning: 'The role does not reach, or the request came from a page of another origin.',
		remedy: 'Ask an administrator for the role; behind a proxy, set `ORIGIN`.'
	},
	not_found: {
		meaning: 'There is no such thing, or a service it needs is not configured.',
		remedy: 'Check the id, or the settings.'
	},
	method_not_allowed: {
		meaning: 'The path exists, but not with this method.',
		remedy: 'Look up the method in the API reference.'
	},
	conflict: {
		meaning: 'It exists already, was changed meanwhile, or must stay as it is.',
		remedy: 'Load it again and repeat the change if it still makes sense.'
	},
	payload_too_large: { meaning: 'The body is larger than is read.', remedy: 'Send less.' },
	in_use: {
		meaning: 'Something else still uses it.',
		remedy: 'Change what `detail` names, then delete it.'
	},
	model_unusable: {
		meaning: 'The file is no model this server can run.',
		remedy: 'Export it again as the message says, or tell its format and size with the upload.'
	},
	storage_full: {
		meaning: 'The disk of `DATA_DIR` is full.',
		remedy: 'Free space, or shorten retention in the settings.'
	},
	rate_limited: { meaning: 'Too many requests of this kind.', remedy: 'Wait as long as `Retry-After` says.' },
	internal: {
		meaning: 'The server failed.',
		remedy: 'Look in its log for the request id of `X-Request-Id`.'
	},
	not_supported: {
		meaning: 'This version cannot do that yet; `detail` says what is missing.',
		remedy: 'Do as `detail` says instead.'
	},
	source_unavailable: {
		meaning: 'Another service that this call needs did not answer properly.',
		remedy: 'Check that service, then try again.'
	},
	unavailable: {
		meaning:
			'The server cannot do this now: its database is away, it is stopping, or too many clients watch.',
		remedy: 'Try again; it recovers by itself.'
	},
	capacity_reached: { meaning: 'As many run as may run.', remedy: 'Stop one, or raise `VF_MAX_STREAMS`.' },
	no_picture: { meaning: 'The stream has given no picture yet.', remedy: 'Its status says why.' }
};

export const FAILURE_WORDS: Record<FailureCode, CodeWords> = {
	refused: {
		meaning: 'Nothing listens at that host and port.',
		remedy: 'Check the port, and that the camera is on.'
	},
	unreachable: {
		meaning: 'No route leads to that host or network.',
		remedy: 'Check the network between server and camera.'
	},
	unauthorized: {
		meaning: 'User or password is missing or wrong.',
		remedy: 'Type both again; percent-encode special characters.'
	},
	forbidden: {
		meaning: 'The camera knows the user and refuses.',
		remedy: 'Give the user the right to view, in the camera.'
	},
	no_such_host: {
		meaning: 'The name does not resolve.',
		remedy: 'Check the spelling, or use the address in numbers.'
	},
	not_found: {
		meaning: 'The host answers, but has nothing at that path.',
		remedy: "Look up the path in the camera's manual."
	},
	timed_out: { meaning: 'No answer came in time.', remedy: 'Check address, port and firewall.' },
	not_video: {
		meaning: 'What answers is not a video stream or file.',
		remedy: 'Check the address: it may be a web page.'
	},
	no_video_track: {
		meaning: 'It can be read, but holds audio or data only.',
		remedy: 'Choose a stream with video.'
	},
	codec_unsupported: {
		meaning: 'This ffmpeg cannot decode the codec.',
		remedy: 'Set the camera to H.264 or H.265.'
	},
	too_large: {
		meaning: 'The picture is larger than the server decodes.',
		remedy: "Use the camera's smaller stream."
	},
	truncated: {
		meaning: 'The file breaks off before its index or first frame.',
		remedy: 'Copy or export the file again.'
	},
	ended: {
		meaning: 'The source closed the stream.',
		remedy: 'Nothing: it is connected again. If it repeats, check the camera.'
	},
	stalled: {
		meaning: "Connected, but no frame came within the stream's time limit.",
		remedy: 'Check the network; raise `stale_after_s` for slow sources.'
	},
	resolution_changed: { meaning: 'The picture size changed; decoding starts again.', remedy: 'Nothing.' },
	not_allowed: {
		meaning: 'The address or path is outside what the operator of the server allows.',
		remedy: 'Use another, or change `VF_MEDIA_DIRS` or `VF_SOURCE_DENY`.'
	},
	bad_address: {
		meaning: 'Not an address this server can read.',
		remedy: 'Use rtsp://, rtsps://, http://, https:// or file:.'
	},
	file_missing: {
		meaning: 'There is no such file.',
		remedy: 'Check its name, or put it into a media folder.'
	},
	secret_unreadable: {
		meaning: 'The stored address was encrypted with another key, or is damaged.',
		remedy: 'Start with the `VF_SECRET_KEY` there was before, or type the whole address again.'
	},
	hardware_unavailable: {
		meaning: 'The chosen hardware decoder does not work here.',
		remedy: 'Choose another, or `none`.'
	},
	decoder_crashed: {
		meaning: 'ffmpeg died.',
		remedy: 'Nothing: it is started again. If it repeats, look at the activity log.'
	},
	decoder_missing: {
		meaning: 'There is no ffmpeg on this machine.',
		remedy: '`vf doctor` says how to install it.'
	},
	worker_down: {
		meaning: 'The thread that ran the stream died.',
		remedy: 'Nothing: its streams are started again.'
	},
	capacity_reached: {
		meaning: 'This server runs as many streams as it may.',
		remedy: 'Stop one, or raise `VF_MAX_STREAMS`.'
	},
	unknown: {
		meaning: 'Something else; the message has the words of the decoder.',
		remedy: 'Look at the activity log.'
	}
};
