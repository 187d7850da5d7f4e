// The one frame that the dashboard may show: the address an administrator gave, and nothing smuggled beside it.
import { expect, it } from 'vitest';
import { allowFrame } from './headers.ts';

const policyWith = (address: string) => {
	const headers = new Headers({ 'content-security-policy': "default-src 'self'" });
	allowFrame(headers, address);
	return headers.get('content-security-policy');
};

it('is let by its origin alone', () => {
	expect(policyWith('https://grafana.example.org:3001/sub/?orgId=1')).toBe(
		"default-src 'self'; frame-src https://grafana.example.org:3001"
	);
});

it.each(['http://a;script-src/', 'http://a,b/', "http://a';b/"])('is not let as %s', (address) => {
	expect(policyWith(address)).toBe("default-src 'self'");
});

it('is nothing to an answer without a policy', () => {
	const headers = new Headers();
	allowFrame(headers, 'https://grafana.example.org');
	expect([...headers]).toEqual([]);
});
