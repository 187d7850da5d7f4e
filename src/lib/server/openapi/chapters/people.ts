// The API of people: signing in, the first administrator, users and API keys.
import { list, nothing, one, type Chapter } from '../operation.ts';

export const PEOPLE: Chapter = {
	title: 'People and keys',
	words:
		'Who may call. A browser signs in and gets a cookie; a program sends a key. Each role may do what the ones before it may: `viewer`, `operator`, `admin`.',
	operations: [
		{
			method: 'POST',
			path: '/api/auth/sign-in/email',
			role: 'public',
			summary: 'Sign in',
			notes: 'Sets the session cookie. Too many attempts are sent away for a while.',
			body: 'SignInInput',
			answer: one('SignedIn'),
			problems: ['unauthenticated', 'forbidden', 'rate_limited']
		},
		{
			method: 'POST',
			path: '/api/auth/sign-out',
			role: 'public',
			summary: 'Sign out',
			notes: 'Without a session it is no error.',
			answer: one('SignedOut'),
			problems: ['forbidden']
		},
		{
			method: 'GET',
			path: '/api/v1/setup',
			role: 'public',
			summary: 'Whether there is no user yet',
			answer: one('SetupNeeded')
		},
		{
			method: 'POST',
			path: '/api/v1/setup',
			role: 'public',
			summary: 'Make the first administrator',
			body: 'SetupInput',
			answer: one('User', 201),
			problems: ['conflict', 'forbidden']
		},
		{
			method: 'GET',
			path: '/api/v1/users/me',
			role: 'viewer',
			summary: 'Who is calling',
			answer: one('Identity')
		},
		{ method: 'GET', path: '/api/v1/users', role: 'admin', summary: 'Every user', answer: list('User') },
		{
			method: 'POST',
			path: '/api/v1/users',
			role: 'admin',
			summary: 'Add a user',
			body: 'UserInput',
			answer: one('User', 201),
			problems: ['conflict']
		},
		{ method: 'GET', path: '/api/v1/users/{id}', role: 'admin', summary: 'One user', answer: one('User') },
		{
			method: 'PATCH',
			path: '/api/v1/users/{id}',
			role: 'admin',
			summary: 'Change a user',
			notes: "A new role or password ends the user's sessions. The last administrator stays one.",
			body: 'UserPatch',
			answer: one('User'),
			problems: ['conflict']
		},
		{
			method: 'DELETE',
			path: '/api/v1/users/{id}',
			role: 'admin',
			summary: 'Remove a user with their sessions and keys',
			answer: nothing,
			problems: ['conflict']
		},
		{
			method: 'GET',
			path: '/api/v1/api-keys',
			role: 'viewer',
			summary: "One's own keys; an administrator sees everybody's",
			answer: list('ApiKey')
		},
		{
			method: 'POST',
			path: '/api/v1/api-keys',
			role: 'viewer',
			summary: 'Make a key',
			notes: "Its role is never above one's own. The key is told once, in this answer.",
			body: 'ApiKeyInput',
			answer: one('NewApiKey', 201)
		},
		{
			method: 'DELETE',
			path: '/api/v1/api-keys/{id}',
			role: 'viewer',
			summary: 'Revoke a key',
			answer: nothing
		}
	]
};
