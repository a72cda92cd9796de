/*
 * As much JSON as sale.c needs, in place of the library that a register has already. It hands out
 * parts of a text as they stand there, so that what only travels back need not be understood.
 */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of a JSON text, quotes included where it is a string. */
typedef struct {
  const char* at;
  int size;
} Part;
#define PART(part) (part).size, (part).at /* for "%.*s" */

/* As printf, into memory of its own. */
static char* format(const char* form, ...) {
  va_list values;
  va_start(values, form);
  const int size = vsnprintf(NULL, 0, form, values);
  va_end(values);
  char* text = malloc((size_t)size + 1);
  if (text == NULL) abort();
  va_start(values, form);
  vsnprintf(text, (size_t)size + 1, form, values);
  va_end(values);
  return text;
}

/* A text as a JSON string, in memory of its own. */
static char* json_string(const char* text) {
  char* string = malloc(6 * strlen(text) + 3);
  if (string == NULL) abort();
  char* out = string;
  *out++ = '"';
  for (; *text != '\0'; ++text) {
    if (*text == '"' || *text == '\\' || (unsigned char)*text < ' ')
      out += sprintf(out, "\\u%04x", (unsigned)(unsigned char)*text);
    else
      *out++ = *text;
  }
  strcpy(out, "\"");
  return string;
}

static const char* skip_space(const char* p) { return p + strspn(p, " \t\r\n"); }

/* The end of the string that starts at p. */
static const char* string_end(const char* p) {
  for (++p; *p != '\0' && *p != '"'; ++p)
    if (*p == '\\' && p[1] != '\0') ++p;
  return *p == '"' ? p + 1 : p;
}

/* The end of the value that starts at p. */
static const char* value_end(const char* p) {
  int depth = 0;
  do {
    if (*p == '"') {
      p = string_end(p);
      continue;
    }
    if (*p == '{' || *p == '[') ++depth;
    if (*p == '}' || *p == ']') --depth;
    ++p;
  } while (*p != '\0' && (depth > 0 || strchr(",]} \t\r\n", *p) == NULL));
  return p;
}

/* The value at a path such as "quote.lines.0.paid_net_minor"; size 0: there is none. */
static Part find(const char* json, const char* path) {
  const Part none = {"", 0};
  const char* p = skip_space(json);
  while (*path != '\0') {
    const size_t length = strcspn(path, ".");
    const int in_object = *p == '{';
    if (!in_object && *p != '[') return none;
    p = skip_space(p + 1);
    for (long i = 0;; ++i) {
      if (*p == '}' || *p == ']' || *p == '\0') return none;
      int found = !in_object && strtol(path, NULL, 10) == i;
      if (in_object) {
        found = strncmp(p + 1, path, length) == 0 && p[1 + length] == '"';
        p = skip_space(skip_space(string_end(p)) + 1); /* over the name and its colon */
      }
      if (found) break;
      p = skip_space(value_end(p));
      if (*p == ',') p = skip_space(p + 1);
    }
    path += length;
    if (*path == '.') ++path;
  }
  return (Part){p, (int)(value_end(p) - p)};
}

static int is(Part part, const char* raw) {
  return (size_t)part.size == strlen(raw) && strncmp(part.at, raw, strlen(raw)) == 0;
}

/* Four hexadecimal digits as a number. */
static unsigned long code_unit(const char* digits) {
  char four[5] = {0};
  strncpy(four, digits, 4);
  return strtoul(four, NULL, 16);
}

static void print_utf8(FILE* to, unsigned long code) {
  if (code < 0x80) {
    fputc((int)code, to);
    return;
  }
  const int followers = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const int kLead[] = {0, 0xC0, 0xE0, 0xF0};
  fputc(kLead[followers] | (int)(code >> (6 * followers)), to);
  for (int i = followers - 1; i >= 0; --i) fputc(0x80 | (int)(code >> (6 * i) & 0x3F), to);
}

/* A JSON string as text. */
static void print_string(FILE* to, Part string, const char* after) {
  static const char kEscapes[] = "b\bf\fn\nr\rt\t";
  for (int i = 1; i + 1 < string.size; ++i) {
    const char* p = string.at + i;
    if (*p != '\\') {
      fputc(*p, to);
    } else if (p[1] == 'u') {
      unsigned long code = code_unit(p + 2);
      i += 5;
      if (code >= 0xD800 && code < 0xDC00 && p[6] == '\\' && p[7] == 'u') {
        code = 0x10000 + ((code - 0xD800) << 10) + (code_unit(p + 8) - 0xDC00);
        i += 6;
      }
      print_utf8(to, code);
    } else {
      const char* escape = strchr(kEscapes, p[1]);
      fputc(escape == NULL ? p[1] : escape[1], to);
      ++i;
    }
  }
  fputs(after, to);
}
