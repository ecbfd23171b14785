/*
 * test_text.c
 *		Unit tests of the line and word reader.
 */
#include "../text.h"
#include "helpers.h"

#define STR(s) s, sizeof(s) - 1

/*
 * sc_text_check.  Breaks when a byte that terminals or SQL clients act upon is
 * let through, when valid UTF-8 is refused, or when the line is off.
 */
static void
test_check(void)
{
	static const struct
	{
		const char *what;
		const char *text;
		size_t		len;
		bool		go_on;
		const char *errors;
	}			cases[] = {
		{"an empty file", STR(""), true, ""},
		{"ASCII, tabs and newlines", STR("a\tb\n\n;\n"), true, ""},
		{"UTF-8 of two, three and four bytes", STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98\n"), true, ""},
		{"the first and last code points of each length",
			STR("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\n"), true, ""},
		{"code points around the surrogates", STR("\xed\x9f\xbf\xee\x80\x80\n"), true, ""},
		{"a NUL byte", STR("a\nb\0c\n"), false, "p:2: NUL byte: this is not a text file"},
		{"an escape character", STR("\n\n\x1b[2J\n"), false,
			"p:3: control character 0x1b: this is not a text file"},
		{"DEL", STR("\x7f\n"), false, "p:1: control character 0x7f: this is not a text file"},
		{"a lone carriage return", STR("a\rb\n"), false,
			"p:1: control character 0x0d: this is not a text file"},
		{"a carriage return at the very end", STR("a\n\r"), false,
			"p:2: control character 0x0d: this is not a text file"},
		{"CRLF is told once", STR("a\r\nb\r\nc\r\n"), false,
			"p:1: line ends in a carriage return (CRLF) (Convert the file to Unix line ends.)"},
		{"CRLF below a good line", STR("a\nb\r\n"), false,
			"p:2: line ends in a carriage return (CRLF) (Convert the file to Unix line ends.)"},
		{"a lone continuation byte", STR("\x80\n"), false, "p:1: byte 0x80 is not valid UTF-8"},
		{"Latin-1", STR("caf\xe9\n"), false, "p:1: byte 0xe9 is not valid UTF-8"},
		{"a sequence cut by the end", STR("\xe2\x82"), false, "p:1: byte 0xe2 is not valid UTF-8"},
		{"an overlong slash", STR("\xc0\xaf\n"), false, "p:1: byte 0xc0 is not valid UTF-8"},
		{"an overlong sequence of three", STR("\xe0\x9f\xbf\n"), false, "p:1: byte 0xe0 is not valid UTF-8"},
		{"an overlong sequence of four", STR("\xf0\x8f\xbf\xbf\n"), false, "p:1: byte 0xf0 is not valid UTF-8"},
		{"a surrogate", STR("\xed\xa0\x80\n"), false, "p:1: byte 0xed is not valid UTF-8"},
		{"beyond U+10FFFF", STR("\xf4\x90\x80\x80\n"), false, "p:1: byte 0xf4 is not valid UTF-8"},
		{"a lead byte of five", STR("\xf8\x88\x80\x80\x80\n"), false, "p:1: byte 0xf8 is not valid UTF-8"},
		{"no newline at the end", STR("a\nb"), true,
			"p:2: the last line does not end in a newline: the file may be truncated"
			" (If the file is complete, end its last line with a newline.)"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		sc_errors	errors = {.nlist = 0};
		char	   *text = malloc(cases[i].len + !cases[i].len);

		/* a copy of exactly that size: reading past it is seen */
		memcpy(text, cases[i].text, cases[i].len);
		is_int(sc_text_check(text, cases[i].len, &errors), cases[i].go_on,
			   "%s: read on or not", cases[i].what);
		is_str(sc_errors_text(&errors, "p"), cases[i].errors, "%s: message", cases[i].what);
		free(text);
	}
}

/*
 * sc_next_line.  The expected text has one logical line a line, "LINE:TEXT",
 * errors behind "!".  Breaks when continuations or comments are joined
 * otherwise than systemd joins them, or lines are miscounted.
 */
static void
test_lines(void)
{
	static const struct
	{
		const char *what;
		const char *text;
		const char *lines;
	}			cases[] = {
		{"nothing", "", ""},
		{"only blank and comment lines", "\n  \n\t\n# a\n; b\n  # c\n", ""},
		{"white space is trimmed, kept inside", "  a  b\t\nc\n", "1:a  b\n2:c\n"},
		{"a comment sign inside is text", "a # b\n", "1:a # b\n"},
		{"a continuation joins with a space", "a\\\nb\n", "1:a b\n"},
		{"white space around a continuation", "a  \\  \n   b\nc\n", "1:a   b\n3:c\n"},
		{"comments inside a continuation", "a\\\n# x\n; y \\\nb\\\n#z\n\nc\n", "1:a b\n7:c\n"},
		{"a blank line ends a continuation", "a\\\n\nb\n", "1:a\n3:b\n"},
		{"a comment does not continue", "# a\\\nb\n", "2:b\n"},
		{"a lone backslash", "\\\nb\n", "1: b\n"},
		{"two backslashes: the last one continues", "a\\\\\nb\n", "1:a\\ b\n"},
		{"no newline at the end", "a\nb", "1:a\n2:b\n"},
		{"a backslash at the end", "b\\\n",
			"1:b\n!p:1: the last line ends in a backslash, and nothing follows (The file may be truncated.)\n"},
		{"a backslash, then only comments", "b\\\n#c\n",
			"1:b\n!p:2: the last line ends in a backslash, and nothing follows (The file may be truncated.)\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		sc_reader	reader = {cases[i].text, strlen(cases[i].text), 0, 0};
		sc_errors	errors = {.nlist = 0};
		sc_line		line;
		const char *got = "";

		while (sc_next_line(&reader, &line, &errors))
			got = sc_format("%s%d:%s\n", got, line.line, line.text);
		if (errors.total)
			got = sc_format("%s!%s\n", got, sc_errors_text(&errors, "p"));
		is_str(got, cases[i].lines, "lines: %s", cases[i].what);
	}
}

/*
 * sc_split.  Words as "LINE:[+]["]TEXT".  Breaks when a word loses its line, a
 * quote its meaning, or a "+" is taken off a name that only looks like one.
 */
static void
test_words(void)
{
	static const struct
	{
		const char *what;
		const char *text;
		const char *words;
		const char *errors;
	}			cases[] = {
		{"no words", "=", "", ""},
		{"words and tabs", "=a  b\tc", "1:a 1:b 1:c ", ""},
		{"a plus", "=+a b+c ++d +", "1:+a 1:b+c 1:++d 1:+ ", ""},
		{"quotes hold a word together", "=\"a b\" c", "1:\"a b 1:c ", ""},
		{"a plus before quotes", "=+\"a b\"", "1:+\"a b ", ""},
		{"an empty quoted word", "=\"\"", "1:\" ", ""},
		{"a plus inside quotes is text", "=\"+a\"", "1:\"+a ", ""},
		{"a quote inside a word is text", "=a\"b c\"", "1:a\"b 1:c\" ", ""},
		{"words keep their physical line", "=a\\\n  b \\\n# x\n c d\n", "1:a 2:b 4:c 4:d ", ""},
		{"an unterminated quote", "=a \\\n\"b c", "1:a ", "p:2: unterminated quoted word"},
		{"text glued to a closing quote", "=\"a\"b", "",
			"p:1: white space is missing after a closing quote"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		sc_reader	reader = {cases[i].text, strlen(cases[i].text), 0, 0};
		sc_errors	errors = {.nlist = 0};
		sc_line		line;
		sc_words	words;
		const char *got = "";

		if (!ok(sc_next_line(&reader, &line, &errors), "words: %s: a line", cases[i].what))
			continue;
		words = sc_split(&line, 1, &errors);
		for (int w = 0; w < words.n; w++)
			got = sc_format("%s%d:%s%s%s ", got, words.list[w].line,
							words.list[w].plus ? "+" : "", words.list[w].quoted ? "\"" : "",
							words.list[w].text);
		is_str(got, cases[i].words, "words: %s", cases[i].what);
		is_str(sc_errors_text(&errors, "p"), cases[i].errors, "words: %s: errors", cases[i].what);
	}
}

/* Breaks when joining lines or words takes quadratic time or memory. */
static void
test_large(void)
{
	enum
	{
		N = SC_MAX_POLICY / 4
	};
	char	   *text = sc_alloc(4 * N + 1);
	sc_reader	reader = {text, 4 * N, 0, 0};
	sc_errors	errors = {.nlist = 0};
	sc_line		line;
	sc_words	words;

	for (int i = 0; i < N; i++)
		memcpy(text + (size_t) i * 4, i < N - 1 ? "a \\\n" : "abc\n", 4);
	ok(sc_next_line(&reader, &line, &errors), "a logical line of 1 MiB");
	is_int(line.npieces, N, "has all its pieces");
	words = sc_split(&line, 0, &errors);
	is_int(words.n, N, "and all its words");
	is_int(words.list[N - 1].line, N, "the last one on the last line");
	ok(!sc_next_line(&reader, &line, &errors), "and nothing follows");
}

/* Breaks when a binary file fills the log, or an error gets lost uncounted. */
static void
test_errors(void)
{
	sc_errors	errors = {.nlist = 0};
	const char *text;

	is_str(sc_errors_text(&errors, "p"), "", "no errors, no text");
	for (int i = 1; i <= SC_MAX_ERRORS + 7; i++)
		sc_errors_add(&errors, i, NULL, "e%d", i);
	is_int(errors.total, SC_MAX_ERRORS + 7, "all errors count");
	is_int(errors.nlist, SC_MAX_ERRORS, "the first hundred are kept");
	text = sc_errors_text(&errors, "p");
	ok(strncmp(text, "p:1: e1\np:2: e2\n", 16) == 0, "in order");
	ok(strstr(text, "p:100: e100\nand 7 more") != NULL && strstr(text, "e101") == NULL,
	   "and the rest is a number");
}

int
main(void)
{
	start_tests();
	test_check();
	test_lines();
	test_words();
	test_large();
	test_errors();
	sc_test_reset();
	return done_testing();
}
