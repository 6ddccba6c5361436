#include <fmt/format.h>

#include "cli/outline.hpp"

namespace payferry::cli {
namespace {

// A backslash, a dash that is to be copied, and a dot or quote that would begin a request.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    const bool begins_line = safe.empty() || safe.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) safe += "\\&";
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else
      safe += c;
  }
  return safe;
}

std::string as_typed(const std::string& text) {
  std::string lines = escaped(text);
  while (!lines.empty() && lines.back() == '\n') lines.pop_back();
  return lines.empty() ? lines : ".PP\n.nf\n" + lines + "\n.fi\n";
}

std::string option_entry(const OptionOutline& option) {
  const std::string value = option.value.empty() ? "" : fmt::format(" \\fI{}\\fR", escaped(option.value));
  std::string entry =
      fmt::format(".TP\n\\fB{}\\fR{}\n{}", escaped(option.name), value, escaped(option.about));
  if (!option.preset.empty()) entry += fmt::format(" (default: {})", escaped(option.preset));
  return entry + "\n";
}

std::string synopsis(const CommandOutline& command) {
  std::string line = fmt::format("\\fBpayferry {}\\fR", escaped(command.path));
  for (const OptionOutline& option : command.options) {
    const std::string value = " \\fI" + escaped(option.value) + "\\fR";
    if (option.positional) line += option.required ? value : " [" + value.substr(1) + "]";
  }
  if (!command.commands.empty()) line += " \\fICOMMAND\\fR";
  return line + " [\\fIoptions\\fR]";
}

std::string section(const CommandOutline& command) {
  std::string text = fmt::format(".SS {}\n{}\n", synopsis(command), escaped(command.about) + ".");
  for (const OptionOutline& option : command.options)
    if (!option.positional) text += option_entry(option);
  return text + as_typed(command.footer);
}

}  // namespace

std::string man_page(const CommandOutline& program) {
  std::string page = fmt::format(".TH PAYFERRY 1 \"" PAYFERRY_DATE "\" \"payferry " PAYFERRY_VERSION
                                 "\" \"User Commands\"\n"
                                 ".SH NAME\npayferry \\- clone Stripe PaymentMethods to connected accounts\n"
                                 ".SH SYNOPSIS\n\\fBpayferry\\fR \\fICOMMAND\\fR [\\fIoptions\\fR]\n"
                                 ".SH DESCRIPTION\n{}\n.SH OPTIONS\n",
                                 escaped(program.about));
  for (const OptionOutline& option : program.options) page += option_entry(option);
  page += ".SH COMMANDS\n";
  for (const CommandOutline* command : all_of(program))
    if (!command->path.empty()) page += section(*command);
  return page + ".SH EXIT STATUS\n" + as_typed(program.footer).substr(4) +
         ".SH SEE ALSO\nThe documentation of Payferry: getting started, the runbook, security, metrics.\n";
}

}  // namespace payferry::cli
