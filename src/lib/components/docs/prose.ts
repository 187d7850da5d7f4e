// The little of Markdown that the document's words use, as parts to be drawn: never as HTML.

export interface Part {
	kind: 'plain' | 'code' | 'strong';
	text: string;
}

export function paragraphs(text: string): Part[][] {
	return text.split(/\n{2,}/).map(partsOf);
}

function partsOf(text: string): Part[] {
	return text
		.split(/(`[^`]+`|\*\*[^*]+\*\*)/)
		.filter(Boolean)
		.map((part) => {
			if (/^`.+`$/s.test(part)) return { kind: 'code', text: part.slice(1, -1) };
			if (/^\*\*.+\*\*$/s.test(part)) return { kind: 'strong', text: part.slice(2, -2) };
			return { kind: 'plain', text: part };
		});
}
