-- VS Code's ESLint server in Neovim, without plugins. It answers with diagnostics where it is asked for them.
local root = vim.fn.getcwd()
local settings = {
  validate = "on", run = "onType", useESLintClass = true, experimental = {}, nodePath = vim.NIL, packageManager = "npm", options = {},
  workingDirectory = { directory = root }, workspaceFolder = { uri = vim.uri_from_fname(root), name = "project" },
  codeAction = { disableRuleComment = { enable = true, location = "separateLine" }, showDocumentation = { enable = true } },
  codeActionOnSave = { enable = false, mode = "all" }, format = false, quiet = false, onIgnoredFiles = "off", rulesCustomizations = {},
  problems = { shortenToSingleLine = false },
}
local client
local function pull(buffer)
  local uri = vim.uri_from_bufnr(buffer)
  vim.lsp.get_client_by_id(client).request("textDocument/diagnostic", { textDocument = { uri = uri } }, function(_, result, context)
    if result then vim.lsp.diagnostic.on_publish_diagnostics(nil, { uri = uri, diagnostics = result.items }, context) end
  end, buffer)
end
client = vim.lsp.start_client({
  name = "eslint",
  cmd = { "node", vim.env.ESLINT_SERVER, "--stdio" },
  root_dir = root,
  handlers = {
    ["workspace/configuration"] = function(_, params) return vim.tbl_map(function() return settings end, params.items) end,
    ["eslint/confirmESLintExecution"] = function() return 4 end,
  },
  on_attach = function(_, buffer)
    pull(buffer)
    vim.api.nvim_buf_attach(buffer, false, { on_lines = function() vim.defer_fn(function() pull(buffer) end, 200) end })
  end,
})
vim.filetype.add({ extension = { prisma = "prisma" } })
vim.api.nvim_create_autocmd("FileType", { pattern = { "typescript", "sql", "prisma" }, callback = function(event) vim.lsp.buf_attach_client(event.buf, client) end })
vim.opt.number = true
vim.opt.signcolumn = "yes"
vim.opt.termguicolors = true
vim.opt.swapfile = false
vim.opt.wrap = false
vim.opt.cmdheight = 5
vim.cmd("highlight SignColumn guibg=NONE")
vim.diagnostic.config({ virtual_text = { prefix = "●", spacing = 1 } })
